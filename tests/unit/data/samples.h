// Small files of each format, made from its definition. The bytes are ours, and so is the licence: the
// project's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace spikeloom::data::samples {

inline std::string big32(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}
inline std::string little32(std::uint32_t v) {
  return {static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
          static_cast<char>(v >> 24)};
}
inline std::string little16(std::uint32_t v) {
  return {static_cast<char>(v), static_cast<char>(v >> 8)};
}

struct Pixel {
  std::uint32_t x, y;
  bool is_on;
  std::uint32_t us;
};

/// G. Orchard, Read_Ndataset.m: x, y, polarity in bit 23 and time in bits 22 to 0, big-endian.
inline std::string nmnist(const std::vector<Pixel>& events) {
  std::string bytes;
  for (const Pixel& e : events) {
    bytes += static_cast<char>(e.x);
    bytes += static_cast<char>(e.y);
    bytes += static_cast<char>((e.is_on ? 0x80u : 0u) | e.us >> 16);
    bytes += static_cast<char>(e.us >> 8);
    bytes += static_cast<char>(e.us);
  }
  return bytes;
}

/// docs.prophesee.ai, "DAT File Format".
inline std::string dat(const std::string& header, const std::vector<Pixel>& events) {
  std::string bytes = header + std::string("\x0c\x08", 2);
  for (const Pixel& e : events)
    bytes += little32(e.us) + little32(e.x | e.y << 14 | (e.is_on ? 1u << 28 : 0u));
  return bytes;
}
inline const char* const kDatHeader =
    "% Data file containing CD events\n% Version 2\n% Width 4\n% Height 3\n";

/// docs.inivation.com, "AEDAT 2.0": DVS128, y in bits 14 to 8, x in 7 to 1, polarity in bit 0; big-endian.
inline std::string aedat2_dvs128(const std::vector<Pixel>& events) {
  std::string bytes = "#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n";
  for (const Pixel& e : events) bytes += big32(e.y << 8 | e.x << 1 | (e.is_on ? 1u : 0u)) + big32(e.us);
  return bytes;
}
/// The same, DAVIS: y in bits 30 to 22, x in 21 to 12, polarity in bit 11.
inline std::string aedat2_davis240(const std::vector<Pixel>& events) {
  std::string bytes = "#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n";
  for (const Pixel& e : events)
    bytes += big32(e.y << 22 | e.x << 12 | (e.is_on ? 1u << 11 : 0u)) + big32(e.us);
  return bytes;
}

/// docs.inivation.com, "AEDAT 3.1": a packet of polarity events; bit 0 valid, bit 1 polarity, y in bits 16 to
/// 2, x in bits 31 to 17; little-endian.
inline std::string aedat3_packet(std::uint32_t type, std::uint32_t overflow,
                                 const std::vector<Pixel>& events) {
  const auto count = static_cast<std::uint32_t>(events.size());
  std::string bytes = little16(type) + little16(1) + little32(8) + little32(4) + little32(overflow) +
                      little32(count) + little32(count) + little32(count);
  for (const Pixel& e : events)
    bytes += little32(1u | (e.is_on ? 2u : 0u) | e.y << 2 | e.x << 17) + little32(e.us);
  return bytes;
}
inline const char* const kAedat3Header =
    "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#Start-Time: 2016-04-01 10:00:00 (TZ+0200)\r\n"
    "#!END-HEADER\r\n";

inline std::string little64(std::uint64_t v) {
  return little32(static_cast<std::uint32_t>(v)) + little32(static_cast<std::uint32_t>(v >> 32));
}

/// lz4_Frame_format.md: version 1, blocks of at most 64 KiB that stand alone, here a single one that is not
/// packed; 0x82 is the checksum of the two bytes before.
inline std::string lz4_stored(const std::string& content) {
  return std::string("\x04\x22\x4d\x18\x60\x40\x82", 7) +
         little32(0x80000000u | static_cast<std::uint32_t>(content.size())) + content + little32(0);
}

/// The records of an EventPacket: i64 time in us, i16 x, i16 y, bool on, padded to 16 bytes.
inline std::string aedat4_events(std::int64_t start_us, const std::vector<Pixel>& events) {
  std::string bytes;
  for (const Pixel& e : events)
    bytes += little64(static_cast<std::uint64_t>(start_us + e.us)) + little16(e.x) + little16(e.y) +
             std::string(1, e.is_on ? '\1' : '\0') + std::string(3, '\0');
  return bytes;
}

/// infoNode: streams of a sensor of 4x3 pixels.
inline std::string aedat4_info(const std::vector<std::pair<int, std::string>>& streams) {
  std::string xml = "<dv version=\"2.0\"><node name=\"outInfo\" path=\"/mainloop/Recorder/outInfo/\">";
  for (const auto& [number, type] : streams)
    xml += "<node name=\"" + std::to_string(number) +
           "\"><attr key=\"compression\" type=\"string\">NONE</attr><attr key=\"typeIdentifier\" "
           "type=\"string\">" +
           type +
           "</attr><node name=\"info\"><attr key=\"sizeX\" type=\"int\">4</attr>"
           "<attr key=\"sizeY\" type=\"int\">3</attr></node></node>";
  return xml + "</node></dv>";
}

/// docs.inivation.com, "AEDAT 4.0", and flatbuffers.dev, "FlatBuffer Internals".
struct Aedat4 {
  bool is_packed = false, has_table = false;
  int compression = 0;
  std::string info = aedat4_info({{0, "EVTS"}, {1, "IMUS"}}), packets = {};

  void packet(std::uint32_t stream, const std::string& identifier, const std::string& records) {
    // The root at 16, its fields at 8: one, the vector at 24.
    const std::string buffer = little32(16) + identifier + little16(6) + little16(8) + little16(4) +
                               little16(0) + little32(8) + little32(4) +
                               little32(static_cast<std::uint32_t>(records.size() / 16)) + records;
    std::string body = little32(static_cast<std::uint32_t>(buffer.size())) + buffer;
    if (is_packed) body = lz4_stored(body);
    packets += little32(stream) + little32(static_cast<std::uint32_t>(body.size())) + body;
  }

  std::string bytes() const {
    const auto header = [&](std::uint64_t table) {
      // The root at 20, its fields at 8: compression, dataTablePosition, infoNode at 40.
      const std::string buffer =
          little32(20) + "IOHE" + little16(10) + little16(20) + little16(4) + little16(8) + little16(16) +
          little16(0) + little32(12) + little32(static_cast<std::uint32_t>(is_packed ? 1 : compression)) +
          little64(table) + little32(4) + little32(static_cast<std::uint32_t>(info.size())) + info + '\0';
      return "#!AER-DAT4.0\r\n" + little32(static_cast<std::uint32_t>(buffer.size())) + buffer;
    };
    return header(has_table ? header(0).size() + packets.size() : ~std::uint64_t{0}) + packets;
  }
};

/// numpy's format 1.0 with one axis of records.
inline std::string records(const std::string& descr, std::size_t count, const std::string& data) {
  std::string header =
      "{'descr': " + descr + ", 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }";
  header.append(63 - (header.size() + 10) % 64, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) +
         static_cast<char>(header.size() >> 8) + header + data;
}

}  // namespace spikeloom::data::samples
