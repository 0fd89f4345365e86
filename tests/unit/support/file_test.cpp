#include "support/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <vector>

namespace spikeloom {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "spikeloom-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    top = name;
    fs::create_directories(top / "graph/sub");
    write("outside.txt", "secret");
    write("graph/inside.txt", "hello");
    write("graph/sub/deep.txt", "deep");
  }
  void TearDown() override { fs::remove_all(top); }
  void write(const fs::path& path, std::string_view text) { std::ofstream(top / path) << text; }

  std::string below(std::string_view path) {
    Result<InputFile> file = InputFile::open_below(top / "graph", path);
    if (!file) return "error: " + file.error().diagnostics[0].what;
    std::string text(file->size(), '\0');
    EXPECT_TRUE(file->read(0, {reinterpret_cast<unsigned char*>(text.data()), text.size()}).ok());
    return text;
  }

  fs::path top;
};

TEST_F(Files, BelowAFolderAreOpened) {
  EXPECT_EQ(below("inside.txt"), "hello");
  EXPECT_EQ(below("./sub//deep.txt"), "deep");
  EXPECT_EQ(below("sub/../inside.txt"), "hello");
}

TEST_F(Files, OutsideAreRefused) {
  EXPECT_EQ(below("../outside.txt"), "error: '../outside.txt' leads out of the folder of the graph");
  EXPECT_EQ(below("sub/../../outside.txt"),
            "error: 'sub/../../outside.txt' leads out of the folder of the graph");
  const std::string absolute = (top / "graph/inside.txt").string();
  EXPECT_EQ(below(absolute), "error: '" + absolute + "' leads out of the folder of the graph");
}

TEST_F(Files, LinksAreFollowedInsideAndRefusedOutside) {
  fs::create_symlink("sub/deep.txt", top / "graph/link");
  fs::create_directory_symlink("..", top / "graph/sub/up");
  fs::create_symlink("../outside.txt", top / "graph/leak");
  fs::create_directory_symlink("../..", top / "graph/sub/leak");
  fs::create_symlink((top / "outside.txt").string(), top / "graph/absolute");
  fs::create_symlink("loop", top / "graph/loop");
  EXPECT_EQ(below("link"), "deep");
  EXPECT_EQ(below("sub/up/inside.txt"), "hello");
  EXPECT_EQ(below("leak"), "error: 'leak' leads out of the folder of the graph");
  EXPECT_EQ(below("sub/leak/outside.txt"),
            "error: 'sub/leak/outside.txt' leads out of the folder of the graph");
  EXPECT_EQ(below("absolute"), "error: 'absolute' leads out of the folder of the graph");
  EXPECT_EQ(below("loop"), "error: cannot open 'loop': Too many levels of symbolic links");
}

TEST_F(Files, ThatAreNotRegularAreRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo((top / "graph/pipe").c_str(), 0600), 0);
  EXPECT_EQ(below("pipe"), "error: 'pipe' is not a regular file");
  EXPECT_EQ(below("sub"), "error: 'sub' is a folder");
  EXPECT_EQ(below("sub/.."), "error: 'sub/..' is a folder");
  EXPECT_EQ(InputFile::open("/dev/zero").error().text(), "error: '/dev/zero' is not a regular file");
}

TEST_F(Files, ThatDoNotExistAreNamed) {
  EXPECT_EQ(below("none.txt"), "error: there is no file 'none.txt'");
  EXPECT_EQ(below("inside.txt/x"), "error: there is no file 'inside.txt/x'");
  EXPECT_EQ(below(std::string_view("inside.txt\0.npy", 15)),
            "error: there is no file 'inside.txt\\u0000.npy'");
  EXPECT_EQ(below(""), "error: there is no file ''");
}

TEST_F(Files, ThatShrinkAreAnError) {
  Result<InputFile> file = InputFile::open(top / "outside.txt");
  ASSERT_TRUE(file.ok());
  fs::resize_file(top / "outside.txt", 2);
  std::vector<unsigned char> bytes(file->size());
  EXPECT_EQ(file->read(0, bytes).error().diagnostics[0].what,
            "'" + (top / "outside.txt").string() + "' ends before it should");
}

TEST_F(Files, BeyondTheLimitAreNotRead) {
  EXPECT_EQ(read_text_file(top / "outside.txt", 6).value(), "secret");
  Result<std::string> text = read_text_file(top / "outside.txt", 5);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().kind(), ErrorKind::limit);
}

TEST(BytesText, UsesTheUnitThatFits) {
  EXPECT_EQ(bytes_text(640), "640 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(8ull << 30), "8 GiB");
}

}  // namespace
}  // namespace spikeloom
