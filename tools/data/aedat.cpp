// AEDAT: docs.inivation.com, "AEDAT File Formats".
#include <array>
#include <charconv>

#include "data/aedat4.h"
#include "data/camera.h"
#include "data/pixels.h"
#include "data/records.h"
#include "support/text.h"

namespace spikeloom::data {
namespace {

/// A kind of camera, found by a word of the header.
struct Camera {
  const char* word;
  Sensor sensor;
  bool is_davis;
};
// The longer words first: "DAVIS346" is also in "DAVIS346mini".
constexpr std::array<Camera, 5> kCameras = {{{"dvs128", {128, 128}, false},
                                             {"davis128", {128, 128}, true},
                                             {"davis240", {240, 180}, true},
                                             {"davis346", {346, 260}, true},
                                             {"davis640", {640, 480}, true}}};

const Camera* camera_in(const std::string& line) {
  std::string lower;
  for (const char c : line)
    if (c != '_' && c != '-') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const Camera& camera : kCameras)
    if (lower.find(camera.word) != std::string::npos) return &camera;
  return nullptr;
}

Error version_error(const std::string& name, const std::string& version, std::string hint) {
  Error error = file_error(name, "an AEDAT file of a version that cannot be read", "AEDAT 2.0, 3.1 or 4.0",
                           "AEDAT " + escaped(version, Quotes::keep, 20), std::move(hint));
  error.diagnostics.front().kind = ErrorKind::unsupported;
  return error;
}

/// AEDAT 2.0: pairs of 32 bits, big-endian: address, time in us. What an address means is the camera's.
Result<void> read_version_2(const Bytes& bytes, const HeaderLines& header, const EventOptions& options,
                            Events& events) {
  constexpr std::size_t kRecord = 8;
  const Camera* camera = nullptr;
  for (const std::string& line : header.lines)
    if (line.find("AEChip") != std::string::npos || line.find("HardwareInterface") != std::string::npos) {
      camera = camera_in(line);
      if (camera != nullptr) break;
    }
  // Recordings without that line are of the DVS128, the only camera there was; its size must then be named.
  if (camera == nullptr)
    for (const Camera& known : kCameras)
      if (options.sensor && options.sensor->width == known.sensor.width &&
          options.sensor->height == known.sensor.height) {
        camera = &known;
        break;
      }
  if (camera == nullptr)
    return file_error(bytes.name, "the header does not name a camera that is known",
                      "a line \"# AEChip: ...\" with DVS128, DAVIS240, DAVIS346 or DAVIS640", {},
                      "--sensor 128x128, 240x180, 346x260 or 640x480 names it");
  TRY(const Sensor sensor, sensor_of(bytes.name, camera->sensor, options));
  const Pixels pixels(sensor, options.polarity);
  const std::uint64_t left = bytes.size - header.end, count = left / kRecord;
  if (left % kRecord != 0)
    return file_error(bytes.name, "the file ends in the middle of an event", "whole events of 8 bytes",
                      std::to_string(left) + " bytes of events");
  TRY_VOID(check_event_count(bytes.name, count, options));
  events.shape = pixels.shape();
  events.format = "AEDAT 2.0";
  events.events.reserve(count);
  return visit_records(
      bytes, header.end, count, kRecord, [&](std::uint64_t i, const unsigned char* b) -> Result<void> {
        const std::uint32_t address = big32(b), us = big32(b + 4);
        std::uint32_t x = 0, y = 0;
        bool is_on = false;
        if (camera->is_davis) {
          // Bit 31 marks frames and motion, bit 10 an external signal.
          if ((address & 0x80000000u) != 0 || (address & 0x400u) != 0) return {};
          x = address >> 12 & 0x3ff;
          y = address >> 22 & 0x1ff;
          is_on = (address >> 11 & 1) != 0;
        } else {
          if ((address & 0x8000u) != 0) return {};
          x = address >> 1 & 0x7f;
          y = address >> 8 & 0x7f;
          is_on = (address & 1) != 0;
        }
        if (!pixels.holds(x, y)) return pixels.outside(bytes.name, i, x, y);
        if ((us & 0x80000000u) != 0)
          return file_error(bytes.name, "the time of event " + std::to_string(i) + " is negative",
                            "a time in us", std::to_string(static_cast<std::int32_t>(us)));
        if (pixels.takes(is_on))
          events.events.push_back({static_cast<double>(us), pixels.neuron(x, y, is_on), 1});
        return {};
      });
}

/// AEDAT 3.1: packets of events of one type, little-endian; polarity events (type 1) are taken.
Result<void> read_version_3(const Bytes& bytes, const HeaderLines& header, const EventOptions& options,
                            Events& events) {
  constexpr std::size_t kPacketHeader = 28, kRecord = 8;
  constexpr std::uint32_t kPolarityType = 1;
  if (header.lines.empty() || header.lines.back() != "#!END-HEADER")
    return file_error(bytes.name, "the header has no end", "a line \"#!END-HEADER\"");
  std::optional<Sensor> stated;
  for (const std::string& line : header.lines) {
    if (line.starts_with("#Format:") && line != "#Format: RAW") {
      Error error = file_error(bytes.name, "packets are packed in a way that cannot be read", "#Format: RAW",
                               escaped(line, Quotes::keep, 80));
      error.diagnostics.front().kind = ErrorKind::unsupported;
      return error;
    }
    if (line.starts_with("#Source ") && !stated)
      if (const Camera* camera = camera_in(line)) stated = camera->sensor;
  }
  TRY(const Sensor sensor, sensor_of(bytes.name, stated, options));
  const Pixels pixels(sensor, options.polarity);
  events.shape = pixels.shape();
  events.format = "AEDAT 3.1";
  std::uint64_t number = 0;
  for (std::uint64_t at = header.end; at < bytes.size;) {
    unsigned char packet[kPacketHeader];
    if (bytes.size - at < kPacketHeader)
      return file_error(bytes.name, "the file ends in the middle of a packet");
    TRY_VOID(bytes.read(at, packet));
    const std::uint64_t size = little32(packet + 4), overflow = little32(packet + 12),
                        count = little32(packet + 20);
    at += kPacketHeader;
    const auto broken = [&](std::string expected, std::string got) {
      return file_error(bytes.name, "the packet at byte " + std::to_string(at - kPacketHeader) + " is broken",
                        std::move(expected), std::move(got));
    };
    if (count > INT32_MAX || size > INT32_MAX || overflow > INT32_MAX || (count > 0 && size == 0))
      return broken("sizes and counts that are not negative",
                    std::to_string(static_cast<std::int32_t>(count)) + " events of " +
                        std::to_string(static_cast<std::int32_t>(size)) + " bytes");
    if (count * size > bytes.size - at)
      return broken("at most " + std::to_string(bytes.size - at) + " bytes of events",
                    std::to_string(count * size));
    if (little16(packet) == kPolarityType) {
      if (size != kRecord || little32(packet + 8) != 4)
        return broken("polarity events of 8 bytes, their time behind 4",
                      std::to_string(size) + " bytes, behind " + std::to_string(little32(packet + 8)));
      TRY_VOID(check_event_count(bytes.name, events.events.size() + count, options));
      TRY_VOID(visit_records(
          bytes, at, count, kRecord, [&](std::uint64_t, const unsigned char* b) -> Result<void> {
            const std::uint32_t data = little32(b), us = little32(b + 4), x = data >> 17,
                                y = data >> 2 & 0x7fff;
            const std::uint64_t i = number++;
            if ((data & 1) == 0) return {};  // marked as filtered out
            if (!pixels.holds(x, y)) return pixels.outside(bytes.name, i, x, y);
            if (us > INT32_MAX)
              return file_error(bytes.name, "the time of event " + std::to_string(i) + " is negative",
                                "a time in us", std::to_string(static_cast<std::int32_t>(us)));
            const bool is_on = (data & 2) != 0;
            const double time = static_cast<double>(overflow) * 2147483648.0 + us;
            if (pixels.takes(is_on)) events.events.push_back({time, pixels.neuron(x, y, is_on), 1});
            return {};
          }));
    }
    at += count * size;
  }
  return {};
}

}  // namespace

Result<Events> read_aedat(const Bytes& bytes, const EventOptions& options) {
  TRY_VOID(check_single_sample(bytes.name, options));
  constexpr std::string_view kMagic = "#!AER-DAT";
  std::array<unsigned char, kMagic.size()> start{};
  if (bytes.size >= start.size()) TRY_VOID(bytes.read(0, start));
  if (!std::equal(start.begin(), start.end(), kMagic.begin()))
    return file_error(bytes.name, "this is not an AEDAT file",
                      "a first line \"#!AER-DAT2.0\", with 3.1 or with 4.0", {},
                      "version 1.0, which has no such line, cannot be told from other bytes");
  // Version 4.0 goes on in binary right behind its first line.
  std::array<unsigned char, 5> digits{};
  if (bytes.size < kMagic.size() + digits.size())
    return file_error(bytes.name, "the header ends in the middle of a line");
  TRY_VOID(bytes.read(kMagic.size(), digits));
  const std::string version(digits.begin(), std::find(digits.begin(), digits.end(), '\r'));
  Events events;
  events.name = bytes.name;
  events.unit = TimeUnit::us;
  if (version == "4.0") {
    TRY_VOID(read_aedat_4(bytes, options, events));
    events.end_sample();
    return events;
  }
  if (version != "2.0" && version != "3.1")
    return version_error(bytes.name, version, "DV and jAER convert it");
  if (!options.signal.empty())
    return file_error(bytes.name, "a file of this version has no streams to choose from", "the file alone",
                      "':" + escaped(options.signal, Quotes::keep, 40) + "' behind it");
  TRY(const HeaderLines header, read_header_lines(bytes, '#', version == "3.1" ? "#!END-HEADER" : ""));
  TRY_VOID(version == "2.0" ? read_version_2(bytes, header, options, events)
                            : read_version_3(bytes, header, options, events));
  events.end_sample();
  return events;
}

}  // namespace spikeloom::data
