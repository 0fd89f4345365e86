// AEDAT 4.0: files made from the definition of its container, and what is wrong with broken ones.
#include <gtest/gtest.h>

#include "data/camera.h"
#include "data/lz4.h"
#include "unit/data/samples.h"

namespace spikeloom::data {
namespace {

using samples::Aedat4;

Result<Events> read(const std::string& text, const EventOptions& options = {}) {
  const std::vector<unsigned char> memory(text.begin(), text.end());
  return read_aedat(bytes_of(memory, "x"), options);
}

/// "time:neuron" of every event, or the error.
std::string listed(const Result<Events>& events) {
  if (!events) return events.error().text();
  std::string text;
  for (const Event& e : events->events)
    text += (text.empty() ? "" : " ") + std::to_string(static_cast<long long>(e.time)) + ":" +
            std::to_string(e.neuron);
  return text;
}

constexpr std::int64_t kToday = 1663249605734020;  // us since 1970
const std::vector<samples::Pixel> kPixels = {{1, 0, false, 0}, {3, 2, true, 5}, {0, 1, true, 900}};

TEST(Aedat4, TimesCountFromTheFirstEvent) {
  for (const bool is_packed : {false, true}) {
    Aedat4 file{.is_packed = is_packed};
    file.packet(0, "EVTS", samples::aedat4_events(kToday, kPixels));
    file.packet(1, "IMUS", std::string(32, '\7'));
    file.packet(0, "EVTS", samples::aedat4_events(kToday + 1000, {{2, 2, false, 1}}));
    const auto events = read(file.bytes());
    EXPECT_EQ(listed(events), "0:1 5:23 900:16 1001:10") << is_packed;
    EXPECT_EQ(events->shape, (Shape{2, 3, 4}));
    EXPECT_EQ(events->format, "AEDAT 4.0");
  }
}

TEST(Aedat4, PacketsEndWhereTheTableOfThemBegins) {
  Aedat4 file{.has_table = true};
  file.packet(0, "EVTS", samples::aedat4_events(kToday, kPixels));
  EXPECT_EQ(listed(read(file.bytes() + "whatever the table holds")), "0:1 5:23 900:16");
}

TEST(Aedat4, OneOfSeveralStreamsOfEventsIsChosenByNumber) {
  Aedat4 file{.info = samples::aedat4_info({{0, "EVTS"}, {1, "FRME"}, {2, "EVTS"}})};
  file.packet(0, "EVTS", samples::aedat4_events(7, {{1, 0, false, 0}}));
  file.packet(2, "EVTS", samples::aedat4_events(9, {{2, 0, false, 0}}));
  EXPECT_EQ(listed(read(file.bytes(), {.signal = "2"})), "0:2");
  EXPECT_EQ(listed(read(file.bytes())),
            "error: 'x': which stream of events of the file is meant?\n  expected  FILE.aedat4:NUMBER\n"
            "  hint      it has 0 and 2");
  for (const char* wrong : {"1", "3", "events"})
    EXPECT_EQ(listed(read(file.bytes(), {.signal = wrong})),
              "error: 'x': there is no stream of events '" + std::string(wrong) +
                  "'\n  expected  FILE.aedat4:NUMBER\n  hint      it has 0 and 2");
  const Aedat4 frames{.info = samples::aedat4_info({{0, "FRME"}})};
  EXPECT_EQ(listed(read(frames.bytes())),
            "error: 'x': the file holds no events\n  expected  a stream of type EVTS\n  got       FRME");
}

TEST(Aedat4, WithoutAHeaderOfStreamsPacketsSayWhatTheyHold) {
  Aedat4 file{.info = "not XML"};
  file.packet(3, "TRIG", std::string(16, '\1'));
  file.packet(5, "EVTS", samples::aedat4_events(7, {{1, 0, false, 0}}));
  const EventOptions sensor{.sensor = Sensor{4, 3}};
  EXPECT_EQ(listed(read(file.bytes(), sensor)), "0:1");
  EXPECT_TRUE(listed(read(file.bytes())).find("--sensor") != std::string::npos) << listed(read(file.bytes()));
  EXPECT_EQ(listed(read(file.bytes(), {.sensor = Sensor{4, 3}, .signal = "4"})),
            "error: 'x': there is no stream of events '4'\n  expected  FILE.aedat4:NUMBER");
  file.packet(6, "EVTS", samples::aedat4_events(7, {{1, 0, false, 0}}));
  EXPECT_EQ(listed(read(file.bytes(), sensor)),
            "error: 'x': which stream of events of the file is meant?\n  expected  FILE.aedat4:NUMBER\n"
            "  hint      it has 5 and 6");
}

TEST(Aedat4, EventsThatCannotBeAreNamed) {
  const auto one = [](const std::vector<samples::Pixel>& pixels) {
    Aedat4 file;
    file.packet(0, "EVTS", samples::aedat4_events(100, pixels));
    return listed(read(file.bytes()));
  };
  EXPECT_EQ(one({{1, 1, true, 5}, {1, 1, true, 4}}),
            "error: 'x': event 1 is earlier than the first\n  expected  a time in us of at least 105\n"
            "  got       104");
  EXPECT_EQ(one({{4, 1, true, 5}}),
            "error: 'x': event 0 lies outside the sensor\n  expected  pixels of a sensor of 4x3\n"
            "  got       x 4, y 1\n  hint      --sensor WIDTHxHEIGHT names another one");
  EXPECT_TRUE(one({{1, 0xffff, true, 5}}).starts_with("error: 'x': event 0 lies outside the sensor"));
}

TEST(Aedat4, WhatIsBrokenIsNamedWithItsPlace) {
  Aedat4 file;
  file.packet(0, "EVTS", samples::aedat4_events(kToday, kPixels));
  const std::string good = file.bytes();
  const std::string at = std::to_string(good.size() - file.packets.size());
  const auto with = [&](std::size_t behind, const std::string& bytes) {  // a packet's bytes replaced
    std::string broken = good;
    return listed(read(broken.replace(good.size() - file.packets.size() + behind, bytes.size(), bytes)));
  };
  const std::string is_broken = "error: 'x': the packet at byte " + at + " is broken\n";
  EXPECT_EQ(with(4, samples::little32(1u << 30)), is_broken + "  expected  at most " +
                                                      std::to_string(file.packets.size() - 8) +
                                                      " bytes\n  got       1073741824");
  EXPECT_EQ(with(8, samples::little32(5)), is_broken +
                                               "  expected  a FlatBuffer with its size\n  got       " +
                                               std::to_string(file.packets.size() - 8) + " bytes");
  EXPECT_EQ(
      with(12, samples::little32(0xfffffff0u)),
      is_broken + "  expected  a FlatBuffer of type EventPacket\n  got       offsets that lead out of it");
  EXPECT_EQ(with(16, "FRME"), is_broken + "  expected  events (EVTS)\n  got       'FRME'");
  EXPECT_EQ(listed(read(good.substr(0, good.size() - file.packets.size() + 3))),
            "error: 'x': the file ends in the middle of a packet");
  // A file cut anywhere is an error, or has fewer whole packets.
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = read(good.substr(0, size));
    EXPECT_TRUE(!cut || size == good.size() - file.packets.size()) << size;
  }
  EXPECT_EQ(listed(read(good.substr(0, 14) + samples::little32(1u << 30) + good.substr(18))).substr(0, 41),
            "error: 'x': the header is too long\n  expe");
  EXPECT_EQ(listed(read(good.substr(0, 18) + samples::little32(1u << 30) + good.substr(22))),
            "error: 'x': the header is broken\n  expected  a FlatBuffer of type IOHeader");
  for (const auto& [compression, name] : {std::pair{3, "Zstandard"}, {9, "compression 9"}}) {
    const auto packed = read(Aedat4{.compression = compression}.bytes());
    EXPECT_EQ(packed.error().kind(), ErrorKind::unsupported);
    EXPECT_EQ(listed(packed), std::string("error: 'x': packets are packed in a way that cannot be read\n"
                                          "  expected  LZ4, or not packed\n  got       ") +
                                  name +
                                  "\n  hint      DV and dv-processing write LZ4 unless told otherwise");
  }
}

std::string unpacked(const std::string& frame, std::size_t most = 1000) {
  std::string out;
  const std::string problem =
      unpack_lz4({reinterpret_cast<const unsigned char*>(frame.data()), frame.size()}, most, out);
  EXPECT_LE(out.size(), most);
  return problem.empty() ? out : "! " + problem;
}

// printf 'spike spike spike spike spike spike train of one neuron\n' | lz4 -c --content-size -BX (1.9.4)
const std::string kFrame(
    "\x04\x22\x4d\x18\x7c\x40\x38\x00\x00\x00\x00\x00\x00\x00\x2c\x20\x00\x00\x00\x6f\x73\x70\x69\x6b"
    "\x65\x20\x06\x00\x0b\xf0\x05\x74\x72\x61\x69\x6e\x20\x6f\x66\x20\x6f\x6e\x65\x20\x6e\x65\x75\x72"
    "\x6f\x6e\x0a\x92\xdf\x7f\x11\x00\x00\x00\x00\x60\xb1\x77\x23",
    63);

TEST(Lz4, AFrameOfItsOwnToolUnpacks) {
  EXPECT_EQ(unpacked(kFrame), "spike spike spike spike spike spike train of one neuron\n");
  EXPECT_EQ(unpacked(samples::lz4_stored("abc")), "abc");
}

TEST(Lz4, EveryDamageIsSeen) {
  for (std::size_t size = 0; size < kFrame.size(); ++size)
    EXPECT_TRUE(unpacked(kFrame.substr(0, size)).starts_with("! ")) << size;
  for (std::size_t i = 0; i < kFrame.size(); ++i) {
    std::string damaged = kFrame;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_TRUE(unpacked(damaged).starts_with("! ")) << i;
  }
  EXPECT_EQ(unpacked(kFrame + "x"), "! bytes behind the LZ4 frame");
  EXPECT_EQ(unpacked(kFrame, 20), "! an LZ4 frame of more than may be unpacked");
}

TEST(Lz4, AFrameThatUnpacksToMoreThanItMayIsStopped) {
  // One literal, then a copy of it of 4 + 15 + 255 * 100000 bytes: 100 kB that would be 25 MB.
  std::string block = std::string(
                          "\x1f"
                          "a"
                          "\x01\x00",
                          4) +
                      std::string(100000, '\xff') + std::string("\x00\x00", 2);
  std::string frame("\x04\x22\x4d\x18\x60\x70\x73", 7);
  frame += samples::little32(static_cast<std::uint32_t>(block.size())) + block + samples::little32(0);
  EXPECT_EQ(unpacked(frame, 1 << 20), "! an LZ4 block that is damaged or too large");
}

}  // namespace
}  // namespace spikeloom::data
