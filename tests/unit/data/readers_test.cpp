// What each reader makes of a small file, and the exact text of what it refuses.
#include <gtest/gtest.h>

#include <functional>

#include "data/bin.h"
#include "data/camera.h"
#include "data/csv.h"
#include "data/event_array.h"
#include "data/pixels.h"
#include "unit/data/samples.h"

namespace spikeloom::data {
namespace {

using samples::Pixel;
using Reader = std::function<Result<Events>(const Bytes&, const EventOptions&)>;

Result<Events> read(const Reader& reader, const std::string& text, const EventOptions& options = {},
                    const std::string& name = "x") {
  const std::vector<unsigned char> memory(text.begin(), text.end());
  return reader(bytes_of(memory, name), options);
}

std::string refusal(const Reader& reader, const std::string& text, const EventOptions& options = {}) {
  const auto events = read(reader, text, options);
  return events ? "read" : events.error().text();
}

/// "time:neuron" of every event.
std::string words(const Result<Events>& events) {
  if (!events) return events.error().text();
  std::string text;
  for (const Event& e : events->events) {
    text += (text.empty() ? "" : " ") + std::to_string(static_cast<long long>(e.time)) + ":" +
            std::to_string(e.neuron);
    if (e.value != 1) text += "=" + std::to_string(static_cast<long long>(e.value));
  }
  return text;
}

TEST(NMnist, PixelsAreChannelsOffThenOn) {
  const auto events =
      read(read_nmnist, samples::nmnist({{0, 0, false, 10}, {33, 33, true, 70000}, {1, 2, true, 70000}}));
  EXPECT_EQ(words(events), "10:0 70000:2311 70000:1225");
  EXPECT_EQ(events->shape, (Shape{2, 34, 34}));
  EXPECT_EQ(events->unit, TimeUnit::us);
}

TEST(NMnist, ARowOf240MovesTimeOn) {
  EXPECT_EQ(
      words(read(read_nmnist, samples::nmnist({{1, 0, false, 5}, {0, 240, false, 0}, {1, 0, false, 6}}))),
      "5:1 8198:1");
}

TEST(NMnist, PolaritiesCanBeMergedOrLeftOut) {
  const std::string file = samples::nmnist({{1, 0, false, 5}, {2, 0, true, 6}});
  EXPECT_EQ(words(read(read_nmnist, file, {.polarity = Polarity::merge})), "5:1 6:2");
  EXPECT_EQ(words(read(read_nmnist, file, {.polarity = Polarity::on})), "6:2");
  EXPECT_EQ(words(read(read_nmnist, file, {.polarity = Polarity::off})), "5:1");
  EXPECT_EQ(read(read_nmnist, file, {.polarity = Polarity::on})->shape, (Shape{1, 34, 34}));
}

TEST(NMnist, RefusesWhatIsNotOne) {
  EXPECT_EQ(
      refusal(read_nmnist, "1234567"),
      "error: 'x': this is not an N-MNIST file\n  expected  whole records of 5 bytes\n  got       7 bytes");
  EXPECT_EQ(refusal(read_nmnist, samples::nmnist({{34, 3, false, 0}})),
            "error: 'x': event 0 lies outside the sensor\n  expected  pixels of a sensor of 34x34\n"
            "  got       x 34, y 3\n  hint      --sensor WIDTHxHEIGHT names another one");
  EXPECT_EQ(refusal(read_nmnist, "", {.samples = {1, {}}}),
            "error: 'x': the file holds a single sample\n  expected  --samples 0:1, or none at all\n"
            "  got       samples from 1");
  EXPECT_EQ(refusal(read_nmnist, samples::nmnist({{0, 0, false, 0}, {0, 0, false, 1}}), {.most_events = 1}),
            "error: 'x': too many events\n  expected  at most 1\n  got       2\n"
            "  hint      --samples takes a part of a data set");
}

TEST(Dat, TimesPixelsAndPolarities) {
  const auto events =
      read(read_dat, samples::dat(samples::kDatHeader, {{0, 0, true, 1}, {3, 2, false, 4000000000u}}));
  EXPECT_EQ(words(events), "1:12 4000000000:11");
  EXPECT_EQ(events->shape, (Shape{2, 3, 4}));
}

TEST(Dat, RefusesWhatIsNotOne) {
  EXPECT_EQ(refusal(read_dat, "abc"),
            "error: 'x': this is not a Prophesee .dat file\n  expected  header lines that start with '%'");
  EXPECT_EQ(refusal(read_dat, "% Version 3\n"),
            "error: 'x': a .dat file of another version\n  expected  version 1 or 2\n  got       3");
  EXPECT_EQ(
      refusal(read_dat, "% Version 2\n% Width 640\n"),
      "error: 'x': the header does not say how large the sensor is\n  expected  Width and Height, whole\n"
      "  got       640, no height");
  EXPECT_EQ(refusal(read_dat, "% Version 2\n"),
            "error: 'x': the file does not say how large its sensor is\n"
            "  hint      --sensor WIDTHxHEIGHT, such as --sensor 128x128");
  EXPECT_EQ(refusal(read_dat, "% Width 0\n% Height 9\n"),
            "error: 'x': the sensor is out of range\n  expected  1 to 16384 a side\n  got       0x9");
  EXPECT_EQ(refusal(read_dat, samples::dat(samples::kDatHeader, {}), {.sensor = Sensor{5, 3}}),
            "error: 'x': the file is of another sensor\n  expected  --sensor 4x3\n  got       5x3");
  EXPECT_EQ(refusal(read_dat, samples::kDatHeader),
            "error: 'x': the file ends before the type of its events");
  EXPECT_EQ(refusal(read_dat, samples::kDatHeader + std::string("\x0e\x08")),
            "error: 'x': events of a type that cannot be read\n"
            "  expected  type 0 or 12 (contrast detection), 8 bytes each\n  got       type 14, 8 bytes each");
  EXPECT_EQ(refusal(read_dat, samples::dat(samples::kDatHeader, {{0, 0, true, 1}}) + "z"),
            "error: 'x': the file ends in the middle of an event\n  expected  whole events of 8 bytes\n"
            "  got       9 bytes of events");
  EXPECT_EQ(refusal(read_dat, "% Version 2"), "error: 'x': the header ends in the middle of a line");
}

TEST(Aedat, Version2OfTwoCameras) {
  EXPECT_EQ(words(read(read_aedat, samples::aedat2_dvs128({{1, 2, false, 5}, {127, 127, true, 6}}))),
            "5:257 6:32767");
  const auto davis = read(read_aedat, samples::aedat2_davis240({{239, 179, true, 7}}));
  EXPECT_EQ(words(davis), "7:86399");
  EXPECT_EQ(davis->shape, (Shape{2, 180, 240}));
}

TEST(Aedat, Version2LeavesOutWhatIsNoPixel) {
  std::string file = samples::aedat2_dvs128({{1, 2, false, 5}});
  file += samples::big32(0x8000) + samples::big32(6);
  EXPECT_EQ(words(read(read_aedat, file)), "5:257");
}

TEST(Aedat, Version2WithoutACameraNeedsASensor) {
  const std::string file = "#!AER-DAT2.0\r\n" + samples::big32(3u << 8 | 1u << 1) + samples::big32(9);
  EXPECT_EQ(refusal(read_aedat, file),
            "error: 'x': the header does not name a camera that is known\n"
            "  expected  a line \"# AEChip: ...\" with DVS128, DAVIS240, DAVIS346 or DAVIS640\n"
            "  hint      --sensor 128x128, 240x180, 346x260 or 640x480 names it");
  EXPECT_EQ(words(read(read_aedat, file, {.sensor = Sensor{128, 128}})), "9:385");
}

TEST(Aedat, Version3TakesPolarityPacketsAndTheirOverflow) {
  const std::string file = samples::kAedat3Header + samples::aedat3_packet(1, 0, {{1, 2, false, 5}}) +
                           samples::aedat3_packet(0, 0, {{9, 9, true, 6}}) +
                           samples::aedat3_packet(1, 2, {{127, 127, true, 7}});
  EXPECT_EQ(words(read(read_aedat, file)), "5:257 4294967303:32767");
}

TEST(Aedat, RefusesWhatItCannotRead) {
  EXPECT_EQ(refusal(read_aedat, "abc"),
            "error: 'x': this is not an AEDAT file\n  expected  a first line \"#!AER-DAT2.0\", with 3.1 or "
            "with 4.0\n"
            "  hint      version 1.0, which has no such line, cannot be told from other bytes");
  EXPECT_EQ(refusal(read_aedat, "#!AER-DAT3.0\r\n"),
            "error: 'x': an AEDAT file of a version that cannot be read\n  expected  AEDAT 2.0, 3.1 or 4.0\n"
            "  got       AEDAT 3.0\n  hint      DV and jAER convert it");
  EXPECT_EQ(refusal(read_aedat, samples::aedat2_dvs128({{1, 2, false, 5}}), {.signal = "0"}),
            "error: 'x': a file of this version has no streams to choose from\n  expected  the file alone\n"
            "  got       ':0' behind it");
  EXPECT_EQ(refusal(read_aedat, "#!AER-DAT"), "error: 'x': the header ends in the middle of a line");
  EXPECT_EQ(refusal(read_aedat, "#!AER-DAT3.1\r\n#Format: RAW\r\n"),
            "error: 'x': the header has no end\n  expected  a line \"#!END-HEADER\"");
  EXPECT_EQ(refusal(read_aedat, "#!AER-DAT3.1\r\n#Format: SerialTS\r\n#!END-HEADER\r\n"),
            "error: 'x': packets are packed in a way that cannot be read\n  expected  #Format: RAW\n"
            "  got       #Format: SerialTS");
  const std::string packet = samples::aedat3_packet(1, 0, {{1, 2, false, 5}});
  EXPECT_EQ(refusal(read_aedat, samples::kAedat3Header + packet.substr(0, 20)),
            "error: 'x': the file ends in the middle of a packet");
  EXPECT_EQ(
      refusal(read_aedat, samples::kAedat3Header + packet.substr(0, 30)),
      "error: 'x': the packet at byte 105 is broken\n  expected  at most 2 bytes of events\n  got       8");
  std::string negative = packet;
  negative.replace(20, 4, samples::little32(0xffffffff));
  EXPECT_EQ(refusal(read_aedat, samples::kAedat3Header + negative),
            "error: 'x': the packet at byte 105 is broken\n"
            "  expected  sizes and counts that are not negative\n  got       -1 events of 8 bytes");
  std::string wide = packet + "12345678";
  wide.replace(4, 4, samples::little32(16));
  EXPECT_EQ(refusal(read_aedat, samples::kAedat3Header + wide),
            "error: 'x': the packet at byte 105 is broken\n"
            "  expected  polarity events of 8 bytes, their time behind 4\n  got       16 bytes, behind 4");
  EXPECT_EQ(
      refusal(read_aedat, samples::kAedat3Header + samples::aedat3_packet(1, 0, {{1, 2, true, 0x80000000u}})),
      "error: 'x': the time of event 0 is negative\n  expected  a time in us\n  got       -2147483648");
}

TEST(Csv, ColumnsByPlaceOrByName) {
  EXPECT_EQ(words(read(read_csv, "3,1\n1,2\n")), "3:1 1:2");
  EXPECT_EQ(words(read(read_csv, "# made by hand\n3,1,2\r\n\n1,2,1")), "3:1=2 1:2");
  const auto named = read(read_csv, "sample,neuron,t_ms\n1,5,2\n0,6,3\n1,7,1\n");
  EXPECT_EQ(words(named), "3:6 2:5 1:7");
  EXPECT_EQ(named->unit, TimeUnit::ms);
  EXPECT_EQ(named->starts, (std::vector<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(read(read_csv, "t,neuron\n4,1\n")->unit, TimeUnit::step);
  EXPECT_EQ(read(read_csv, "t,neuron\n4,1\n", {.unit = TimeUnit::us})->unit, TimeUnit::us);
  EXPECT_EQ(read(read_csv, "")->samples(), 1u);
}

TEST(Csv, OneOfSeveralSignals) {
  const std::string file = "signal,sample,step,neuron\nlow,0,1,1\nhigh,2,3,4\nlow,0,2,2\n";
  const auto low = read(read_csv, file, {.signal = "low"});
  EXPECT_EQ(words(low), "1:1 2:2");
  EXPECT_EQ(low->samples(), 3u);  // of which the signal is silent in two
  EXPECT_EQ(words(read(read_csv, file, {.samples = {2, {}}, .signal = "high"})), "3:4");
  EXPECT_EQ(refusal(read_csv, file),
            "error: 'x': which signal of the file is meant?\n  expected  FILE:SIGNAL\n"
            "  hint      it has low and high");
  EXPECT_EQ(refusal(read_csv, file, {.signal = "middle"}),
            "error: 'x': there is no signal 'middle'\n  expected  FILE:SIGNAL\n"
            "  hint      it has low and high");
  EXPECT_EQ(refusal(read_csv, "1,2\n", {.signal = "low"}),
            "error: 'x': the file has no column \"signal\" and so holds a single one\n"
            "  expected  the file alone\n  got       ':low' behind it");
  // The only one need not be named.
  EXPECT_EQ(words(read(read_csv, "t,neuron,signal\n4,1,low\n")), "4:1");
}

TEST(Csv, ARangeOfSamples) {
  const std::string file = "step,neuron,sample\n1,1,0\n2,2,1\n3,3,2\n";
  EXPECT_EQ(words(read(read_csv, file, {.samples = {1, {}}})), "2:2 3:3");
  EXPECT_EQ(words(read(read_csv, file, {.samples = {1, 2}})), "2:2");
  EXPECT_EQ(refusal(read_csv, file, {.samples = {2, 4}}),
            "error: 'x': there are no such samples\n  expected  a part of 0:3\n  got       2:4");
}

TEST(Csv, EveryMistakeHasItsLine) {
  EXPECT_EQ(refusal(read_csv, "step,nueron\n"),
            "x:1: error: unknown column 'nueron'\n"
            "  expected  neuron, a time (step, t_us, t_ms, t_s), and perhaps sample, value and signal\n"
            "  hint      did you mean 'neuron'?");
  EXPECT_EQ(refusal(read_csv, "step,neuron,step\n"), "x:1: error: column 'step' is there twice");
  EXPECT_EQ(refusal(read_csv, "step,value\n"),
            "x:1: error: a column is missing\n  expected  neuron, and step, t_us, t_ms or t_s\n"
            "  got       step,value");
  EXPECT_EQ(refusal(read_csv, "1,2\n1,2,3\n"),
            "x:2: error: the line has not the columns of the file\n  expected  t,neuron or t,neuron,value\n"
            "  got       1,2,3");
  EXPECT_EQ(refusal(read_csv, "1,2\n-1,2\n"),
            "x:2: error: the time is not one\n  expected  a number of at least 0\n  got       -1");
  EXPECT_EQ(refusal(read_csv, "t,neuron\n1.5,2\n"),
            "x:2: error: the time is not a whole step\n  expected  a whole number\n  got       1.5\n"
            "  hint      times in ms: name the column t_ms, or say --time-unit ms");
  EXPECT_EQ(refusal(read_csv, "1,2.5\n"),
            "x:1: error: the neuron is not one\n  expected  a whole number, counted from 0\n  got       2.5");
  EXPECT_EQ(refusal(read_csv, "step,neuron,sample\n1,2,x\n"),
            "x:2: error: the sample is not one\n  expected  a whole number, counted from 0\n  got       x");
  EXPECT_EQ(
      refusal(read_csv, "1,2,1e39\n"),
      "x:1: error: the value is not one\n  expected  a number within the range of float32\n  got       1e39");
  EXPECT_EQ(refusal(read_csv, "t_us,neuron\n", {.unit = TimeUnit::ms}),
            "x:1: error: the times are of another unit\n  expected  --time-unit us\n  got       ms\n"
            "  hint      leave out --time-unit");
  EXPECT_EQ(refusal(read_csv, std::string(5000, '1')),
            "x:1: error: the line is too long\n  expected  at most 4096 bytes");
  EXPECT_EQ(refusal(read_csv, "step,neuron,sample\n1,2,4294967290\n"),
            "error: 'x': too many samples\n  expected  at most 16777216\n  got       4294967291\n"
            "  hint      --samples takes a part of a data set");
}

TEST(EventArray, RecordsOfRunEventsAndOfCameras) {
  const std::string ours =
      samples::records("[('step', '<u4'), ('sample', '<u4'), ('neuron', '<u4')]", 2,
                       samples::little32(3) + samples::little32(1) + samples::little32(7) +
                           samples::little32(4) + samples::little32(0) + samples::little32(8));
  const auto events = read(read_event_array, ours);
  EXPECT_EQ(words(events), "4:8 3:7");
  EXPECT_EQ(events->unit, TimeUnit::step);
  EXPECT_EQ(events->samples(), 2u);
  const std::string camera =
      samples::records("[('x', '<i2'), ('y', '<i2'), ('t', '<u4'), ('p', '|b1')]", 1,
                       samples::little16(1) + samples::little16(2) + samples::little32(9) + "\x01");
  EXPECT_EQ(words(read(read_event_array, camera, {.sensor = Sensor{4, 3}})), "9:21");
}

TEST(EventArray, RefusesWhatIsNone) {
  EXPECT_EQ(
      refusal(read_event_array, samples::records("[('a', '<u4')]", 1, samples::little32(3))),
      "error: 'x': this structured array does not hold events\n"
      "  expected  one axis; fields neuron (or x, y, p) and step (or t, in us), perhaps sample and value\n"
      "  hint      run --events writes step, sample and neuron");
  EXPECT_EQ(refusal(read_event_array, samples::records("[('step', '<i4'), ('neuron', '<i4')]", 1,
                                                       samples::little32(0xffffffff) + samples::little32(0))),
            "error: 'x': field 'step' of event 0 is out of range\n  expected  a whole number of at least 0\n"
            "  got       -1");
}

TEST(Sensor, IsWidthTimesHeight) {
  EXPECT_EQ(parse_sensor("128x64")->height, 64u);
  for (const char* wrong : {"128", "x", "0x4", "4x0", "4x5x6", "-1x3", "99999x2"})
    EXPECT_FALSE(parse_sensor(wrong)) << wrong;
}

}  // namespace
}  // namespace spikeloom::data
