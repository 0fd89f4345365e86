#include "data/aedat4.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "data/flat_table.h"
#include "data/line.h"
#include "data/lz4.h"
#include "data/pixels.h"
#include "data/records.h"
#include "support/text.h"

namespace spikeloom::data {
namespace {

constexpr std::uint64_t kMostHeader = 1u << 20, kMostPacket = 1u << 28;  // bytes
constexpr std::size_t kPacketPrefix = 8, kEventBytes = 16, kMostNodes = 1u << 10;
constexpr std::string_view kEvents = "EVTS";
enum Compression { kNone, kLz4, kLz4High, kZstd, kZstdHigh };

struct Stream {
  std::string type;  // "EVTS", "FRME", "IMUS", "TRIG"
  Sensor sensor;     // 0x0: not said
};
using Streams = std::map<std::uint64_t, Stream>;

/// The value of `key="..."` in a tag.
std::string_view attribute_of(std::string_view tag, std::string_view key) {
  const std::string opening = " " + std::string(key) + "=\"";
  const auto at = tag.find(opening);
  if (at == std::string_view::npos) return {};
  const std::string_view value = tag.substr(at + opening.size());
  return value.substr(0, value.find('"'));
}

/// What infoNode says: nodes "outInfo", the number of a stream, "info", and their attributes. Whatever else
/// stands there is passed over.
Streams streams_of(std::string_view xml) {
  Streams streams;
  std::vector<std::string_view> path;
  for (auto at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const auto end = xml.find('>', at);
    if (end == std::string_view::npos) break;
    const std::string_view tag = xml.substr(at + 1, end - at - 1);
    if (tag == "/node") {
      if (!path.empty()) path.pop_back();
    } else if (tag.starts_with("node ") && !tag.ends_with('/')) {
      if (path.size() == kMostNodes) break;
      path.push_back(attribute_of(tag, "name"));
    } else if (tag.starts_with("attr ")) {
      const bool is_inner = !path.empty() && path.back() == "info";
      const std::size_t depth = path.size() - (is_inner ? 1 : 0);
      if (depth < 2 || path[depth - 2] != "outInfo" || streams.size() == kMostNodes) continue;
      const auto number = parse_whole(path[depth - 1]);
      if (!number || *number > INT32_MAX) continue;
      const std::string_view key = attribute_of(tag, "key"),
                             value = xml.substr(end + 1, xml.find('<', end) - end - 1);
      Stream& stream = streams[*number];
      if (!is_inner && key == "typeIdentifier") stream.type = value;
      if (is_inner && (key == "sizeX" || key == "sizeY"))
        if (const auto size = parse_whole(value); size && *size <= INT16_MAX)
          (key == "sizeX" ? stream.sensor.width : stream.sensor.height) = static_cast<std::uint32_t>(*size);
    }
  }
  std::erase_if(streams, [](const auto& stream) { return stream.second.type.empty(); });
  return streams;
}

Error which_stream(const Bytes& bytes, const std::string& asked, const std::vector<std::string>& there) {
  return file_error(bytes.name,
                    asked.empty() ? "which stream of events of the file is meant?"
                                  : "there is no stream of events '" + escaped(asked, Quotes::keep, 40) + "'",
                    "FILE.aedat4:NUMBER", {}, there.empty() ? "" : "it has " + listed(there, "and"));
}

/// The stream that is taken. Nothing: the header names none, and packets say themselves what they hold.
Result<std::optional<std::uint64_t>> chosen_stream(const Bytes& bytes, const Streams& streams,
                                                   const std::string& asked) {
  std::vector<std::string> numbers, types;
  for (const auto& [number, stream] : streams) {
    if (stream.type == kEvents) numbers.push_back(std::to_string(number));
    types.push_back(stream.type);
  }
  if (!streams.empty() && numbers.empty())
    return file_error(bytes.name, "the file holds no events", "a stream of type EVTS",
                      escaped(listed(types, "and"), Quotes::keep, 400));
  const auto number = parse_whole(asked.empty() && numbers.size() == 1 ? numbers.front() : asked);
  const bool is_there =
      numbers.empty() || (number && std::ranges::find(numbers, std::to_string(*number)) != numbers.end());
  if (!is_there || (!asked.empty() && !number)) return which_stream(bytes, asked, numbers);
  return number;
}

/// What a packet holds, unpacked; "" or what is wrong with it.
std::string unpack(std::span<const unsigned char> body, std::int32_t compression, std::string& out) {
  out.clear();
  if (compression != kNone) return unpack_lz4(body, kMostPacket, out);
  out.assign(reinterpret_cast<const char*>(body.data()), body.size());
  return "";
}

class Reader {
 public:
  Reader(const Bytes& bytes, const EventOptions& options, Events& events)
      : bytes_(bytes), options_(options), events_(events) {}

  Result<void> read() {
    TRY_VOID(read_header());
    TRY(chosen_, chosen_stream(bytes_, streams_, options_.signal));
    std::optional<Sensor> stated;
    if (chosen_)
      if (const auto found = streams_.find(*chosen_);
          found != streams_.end() && found->second.sensor.width > 0 && found->second.sensor.height > 0)
        stated = found->second.sensor;
    TRY(const Sensor sensor, sensor_of(bytes_.name, stated, options_));
    const Pixels pixels(sensor, options_.polarity);
    events_.shape = pixels.shape();
    events_.format = "AEDAT 4.0";
    while (at_ < end_) TRY_VOID(read_packet(pixels));
    if (!found_ && streams_.empty() && !options_.signal.empty())
      return which_stream(bytes_, options_.signal, {});
    return {};
  }

 private:
  Error broken(std::uint64_t at, std::string expected, std::string got) const {
    return file_error(bytes_.name, "the packet at byte " + std::to_string(at) + " is broken",
                      std::move(expected), std::move(got));
  }

  Result<void> read_header() {
    std::array<unsigned char, 4> prefix{};
    if (bytes_.size < kAedat4Magic + prefix.size()) return file_error(bytes_.name, "the header breaks off");
    TRY_VOID(bytes_.read(kAedat4Magic, prefix));
    const std::uint64_t size = little32(prefix.data());
    at_ = kAedat4Magic + prefix.size() + size;
    if (size > kMostHeader || at_ > bytes_.size)
      return file_error(
          bytes_.name, "the header is too long",
          "at most " + std::to_string(std::min(kMostHeader, bytes_.size - kAedat4Magic - 4)) + " bytes",
          std::to_string(size));
    std::vector<unsigned char> buffer(size);
    TRY_VOID(bytes_.read(at_ - size, buffer));
    const auto table = FlatTable::root(buffer);
    const auto compression = table ? table->int32(0, kNone) : std::nullopt;
    const auto position = table ? table->int64(1, -1) : std::nullopt;
    const auto info = table ? table->text(2) : std::nullopt;
    if (!compression || !position || !info)
      return file_error(bytes_.name, "the header is broken", "a FlatBuffer of type IOHeader");
    compression_ = *compression;
    if (compression_ < kNone || compression_ > kLz4High) {
      const bool is_zstd = compression_ == kZstd || compression_ == kZstdHigh;
      Error error =
          file_error(bytes_.name, "packets are packed in a way that cannot be read", "LZ4, or not packed",
                     is_zstd ? "Zstandard" : "compression " + std::to_string(compression_),
                     "DV and dv-processing write LZ4 unless told otherwise");
      error.diagnostics.front().kind = ErrorKind::unsupported;
      return error;
    }
    end_ = bytes_.size;
    // Before the first packet there is nothing; -1: the recording was not closed, or has no table.
    if (const std::int64_t table_at = position.value_or(-1); table_at >= 0) {
      if (static_cast<std::uint64_t>(table_at) < at_ || static_cast<std::uint64_t>(table_at) > bytes_.size)
        return file_error(bytes_.name, "the table of packets lies outside the file",
                          std::to_string(at_) + " to " + std::to_string(bytes_.size),
                          std::to_string(table_at));
      end_ = static_cast<std::uint64_t>(table_at);
    }
    streams_ = streams_of(*info);
    return {};
  }

  Result<void> read_packet(const Pixels& pixels) {
    const std::uint64_t start = at_;
    std::array<unsigned char, kPacketPrefix> header{};
    if (end_ - at_ < header.size()) return file_error(bytes_.name, "the file ends in the middle of a packet");
    TRY_VOID(bytes_.read(at_, header));
    at_ += header.size();
    const std::uint64_t stream = little32(header.data()), size = little32(header.data() + 4);
    if (size > std::min(end_ - at_, kMostPacket))
      return broken(start, "at most " + std::to_string(std::min(end_ - at_, kMostPacket)) + " bytes",
                    std::to_string(size));
    at_ += size;
    if (chosen_ && stream != *chosen_) return {};
    body_.resize(size);
    TRY_VOID(bytes_.read(at_ - size, body_));
    if (const std::string problem = unpack(body_, compression_, packet_); !problem.empty())
      return broken(start, compression_ == kNone ? "" : "one LZ4 frame of at most 256 MiB", problem);
    const std::span<const unsigned char> all(reinterpret_cast<const unsigned char*>(packet_.data()),
                                             packet_.size());
    if (all.size() < 4 || little32(all.data()) != all.size() - 4)
      return broken(start, "a FlatBuffer with its size", std::to_string(all.size()) + " bytes");
    const auto buffer = all.subspan(4);
    if (identifier_of(buffer) != kEvents) {
      if (!chosen_) return {};
      return broken(start, "events (EVTS)", "'" + escaped(identifier_of(buffer), Quotes::keep, 8) + "'");
    }
    if (!chosen_ && found_ && *found_ != stream)
      return which_stream(bytes_, {}, {std::to_string(*found_), std::to_string(stream)});
    found_ = stream;
    const auto table = FlatTable::root(buffer);
    const auto elements = table ? table->structs(0, kEventBytes) : std::nullopt;
    if (!elements) return broken(start, "a FlatBuffer of type EventPacket", "offsets that lead out of it");
    TRY_VOID(
        check_event_count(bytes_.name, events_.events.size() + elements->size() / kEventBytes, options_));
    for (std::size_t i = 0; i < elements->size(); i += kEventBytes)
      TRY_VOID(add(elements->data() + i, pixels));
    return {};
  }

  Result<void> add(const unsigned char* record, const Pixels& pixels) {
    const std::uint64_t number = count_++;
    const std::int64_t us = little64(record);
    // A negative place is a large one here, and outside.
    const std::uint32_t x = little16(record + 8), y = little16(record + 10);
    const bool is_on = record[12] != 0;
    if (!pixels.holds(x, y)) return pixels.outside(bytes_.name, number, x, y);
    if (!first_us_) first_us_ = us;
    std::int64_t since = 0;
    if (__builtin_sub_overflow(us, *first_us_, &since) || since < 0)
      return file_error(bytes_.name, "event " + std::to_string(number) + " is earlier than the first",
                        "a time in us of at least " + std::to_string(*first_us_), std::to_string(us));
    if (pixels.takes(is_on))
      events_.events.push_back({static_cast<double>(since), pixels.neuron(x, y, is_on), 1});
    return {};
  }

  const Bytes& bytes_;
  const EventOptions& options_;
  Events& events_;
  std::uint64_t at_ = 0, end_ = 0, count_ = 0;
  std::int32_t compression_ = kNone;
  Streams streams_;
  std::optional<std::uint64_t> chosen_, found_;
  std::optional<std::int64_t> first_us_;
  std::vector<unsigned char> body_;
  std::string packet_;
};

}  // namespace

Result<void> read_aedat_4(const Bytes& bytes, const EventOptions& options, Events& events) {
  return Reader(bytes, options, events).read();
}

}  // namespace spikeloom::data
