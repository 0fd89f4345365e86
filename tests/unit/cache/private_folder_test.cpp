// Which folders are trusted, and which files in them.
#include "cache/private_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "unit/cache/own_folder.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;

class Folder : public testing::WithOwnFolder {
 protected:
  fs::path make(const char* name, mode_t mode) const {
    const fs::path path = own_.path() / name;
    fs::create_directories(path);
    ::chmod(path.c_str(), mode);
    return path;
  }
  static void put(const fs::path& file, const std::string& text) {
    std::ofstream(file) << text;
    ::chmod(file.c_str(), 0600);
  }
};

ErrorKind kind_of(const Result<PrivateFolder>& opened) {
  return opened.ok() ? ErrorKind::internal : opened.error().kind();
}

std::vector<unsigned char> bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

TEST_F(Folder, IsMadeForItsUserAlone) {
  const fs::path path = own_.path() / "a" / "b";
  const mode_t before = ::umask(0);
  const auto opened = PrivateFolder::open(path);
  ::umask(before);
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  for (const fs::path& made : {path, path.parent_path()}) {
    struct stat status{};
    ASSERT_EQ(::stat(made.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777u, 0700u) << made;
  }
}

TEST_F(Folder, IsRefusedIfOthersCanWriteOnTheWay) {
  for (const mode_t mode : {0770u, 0777u, 01777u, 0702u}) {
    const fs::path path = make("open", mode) / "cache";
    const auto opened = PrivateFolder::open(path);
    EXPECT_EQ(kind_of(opened), ErrorKind::invalid) << std::oct << mode;
    EXPECT_FALSE(fs::exists(path)) << "nothing is made where it would not be used";
  }
  EXPECT_TRUE(PrivateFolder::open(make("open", 0755) / "cache").ok());
}

TEST_F(Folder, IsRefusedIfItIsOpenToOthers) {
  for (const mode_t mode : {0755u, 0710u, 0701u, 0740u}) {
    const auto opened = PrivateFolder::open(make("cache", mode));
    ASSERT_EQ(kind_of(opened), ErrorKind::invalid) << std::oct << mode;
    EXPECT_NE(opened.error().text().find("chmod 700"), std::string::npos) << opened.error().text();
  }
}

TEST_F(Folder, IsRefusedIfAnotherUserOwnsAnyOfIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const fs::path outer = make("outer", 0755), inner = make("outer/inner", 0700);
  ASSERT_TRUE(PrivateFolder::open(inner).ok());
  for (const fs::path& given : {outer, inner}) {
    ASSERT_EQ(::chown(given.c_str(), 12345, 12345), 0);
    EXPECT_EQ(kind_of(PrivateFolder::open(inner)), ErrorKind::invalid) << given;
    ASSERT_EQ(::chown(given.c_str(), 0, 0), 0);
  }
}

TEST_F(Folder, IsReachedThroughOwnLinksOnly) {
  const fs::path target = make("target", 0700);
  fs::create_symlink("target", own_.path() / "relative");
  fs::create_symlink(target, own_.path() / "absolute");
  EXPECT_TRUE(PrivateFolder::open(own_.path() / "relative" / "cache").ok());
  EXPECT_TRUE(PrivateFolder::open(own_.path() / "absolute").ok());
  EXPECT_TRUE(PrivateFolder::open(target / ".." / "relative").ok());

  make("open", 0777);
  fs::create_symlink("open", own_.path() / "to_open");
  EXPECT_EQ(kind_of(PrivateFolder::open(own_.path() / "to_open" / "cache")), ErrorKind::invalid);
  fs::create_symlink("loop", own_.path() / "loop");
  EXPECT_EQ(kind_of(PrivateFolder::open(own_.path() / "loop")), ErrorKind::io);
  if (::geteuid() == 0) {
    ASSERT_EQ(::lchown((own_.path() / "relative").c_str(), 12345, 12345), 0);
    EXPECT_EQ(kind_of(PrivateFolder::open(own_.path() / "relative")), ErrorKind::invalid);
  }
}

TEST_F(Folder, ThatCannotBeIsAnErrorOfTheSystem) {
  put(own_.path() / "file", "x");
  for (const fs::path& path :
       {own_.path() / "file", own_.path() / "file" / "cache", fs::path("/dev/null/cache"),
        own_.path() / std::string(300, 'x'), fs::path(std::string("a\0b", 3))})
    EXPECT_EQ(kind_of(PrivateFolder::open(path)), ErrorKind::io) << path;
}

TEST_F(Folder, GivesBackWhatWasWritten) {
  const auto folder = PrivateFolder::open(own_.path());
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(folder->write("x", bytes("first")));
  EXPECT_TRUE(folder->write("x", bytes("second")));
  EXPECT_EQ(folder->read("x", 6), bytes("second"));
  EXPECT_FALSE(folder->read("x", 5)) << "a file that is too large is not read";
  EXPECT_FALSE(folder->read("y", 5));
  EXPECT_TRUE(folder->write("empty", {}));
  EXPECT_EQ(folder->read("empty", 0), bytes(""));
  ASSERT_EQ(folder->files().size(), 2u) << "nothing is left beside the files";
  struct stat status{};
  ASSERT_EQ(::stat((own_.path() / "x").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  folder->remove("x");
  EXPECT_FALSE(folder->read("x", 6));
}

TEST_F(Folder, ReadsOnlyRegularFilesOfItsUser) {
  const auto folder = PrivateFolder::open(own_.path());
  ASSERT_TRUE(folder.ok());
  put(own_.path() / "file", "x");
  ASSERT_TRUE(folder->read("file", 10));
  fs::create_symlink("file", own_.path() / "link");
  fs::create_directory(own_.path() / "folder");
  ASSERT_EQ(::mkfifo((own_.path() / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "folder", "pipe"}) EXPECT_FALSE(folder->read(name, 10)) << name;
  EXPECT_EQ(folder->files().size(), 1u);

  ::chmod((own_.path() / "file").c_str(), 0620);
  EXPECT_FALSE(folder->read("file", 10));
  ::chmod((own_.path() / "file").c_str(), 0600);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((own_.path() / "file").c_str(), 12345, 12345), 0);
    EXPECT_FALSE(folder->read("file", 10));
  }
}

TEST_F(Folder, WritesInPlaceOfLinksAndPipesAndNotThroughThem) {
  const auto folder = PrivateFolder::open(own_.path());
  ASSERT_TRUE(folder.ok());
  put(own_.path() / "victim", "untouched");
  fs::create_symlink("victim", own_.path() / "link");
  ASSERT_EQ(::mkfifo((own_.path() / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "pipe"}) {
    EXPECT_TRUE(folder->write(name, bytes("new"))) << name;
    EXPECT_EQ(folder->read(name, 10), bytes("new")) << name;
  }
  EXPECT_EQ(folder->read("victim", 10), bytes("untouched"));
  fs::create_directory(own_.path() / "folder");
  EXPECT_FALSE(folder->write("folder", bytes("new")));
  EXPECT_EQ(folder->files().size(), 3u) << "what was not put in place is gone";
}

TEST_F(Folder, TakesNoForANormalAnswer) {
  const auto folder = PrivateFolder::open(own_.path() / "gone");
  ASSERT_TRUE(folder.ok());
  fs::remove_all(own_.path() / "gone");
  EXPECT_FALSE(folder->write("x", bytes("y")));
  EXPECT_FALSE(folder->read("x", 10));
  EXPECT_TRUE(folder->files().empty());
  if (::geteuid() != 0) {
    const auto closed = PrivateFolder::open(make("closed", 0700));
    ASSERT_TRUE(closed.ok());
    make("closed", 0500);
    EXPECT_FALSE(closed->write("x", bytes("y")));
    make("closed", 0700);
  }
}

TEST_F(Folder, LeavesNothingWhenTheDiskIsFull) {
  const auto folder = PrivateFolder::open(own_.path());
  ASSERT_TRUE(folder.ok());
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const bool written = folder->write("x", std::vector<unsigned char>(1000));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_FALSE(written);
  EXPECT_TRUE(folder->files().empty());
}

}  // namespace
}  // namespace spikeloom
