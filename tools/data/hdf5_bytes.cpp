// Sections named below are those of the "HDF5 File Format Specification Version 3.0".
#include <algorithm>

#include "data/hdf5_tree.h"

namespace spikeloom::data {
namespace {

constexpr std::uint64_t kUndefined = ~std::uint64_t{0};
constexpr std::size_t kLeaf = 64;      // half of the entries of a symbol node
constexpr std::size_t kInternal = 16;  // half of the entries of a tree node

/// Little-endian bytes, put one behind the other.
class Out {
 public:
  /// At most 8 bytes.
  Out& put(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  Out& put(const std::string& bytes) {
    text_ += bytes;
    return *this;
  }
  Out& zeros(std::size_t count) {
    text_.append(count, '\0');
    return *this;
  }
  Out& pad8() {
    text_.resize((text_.size() + 7) / 8 * 8, '\0');
    return *this;
  }
  const std::string& text() const { return text_; }
  std::size_t size() const { return text_.size(); }

 private:
  std::string text_;
};

std::size_t size_of(Hdf5Array::Type type) {
  switch (type) {
    case Hdf5Array::Type::choice:
      return 1;
    case Hdf5Array::Type::f32:
    case Hdf5Array::Type::i32:
    case Hdf5Array::Type::u32:
      return 4;
    case Hdf5Array::Type::text:
      return 16;
    default:
      return 8;
  }
}

/// IV.A.2.d, datatype message, version 1.
std::string datatype(const Hdf5Array& array) {
  using Type = Hdf5Array::Type;
  const std::size_t size = size_of(array.type);
  const auto whole = [](bool is_signed, std::size_t bytes) {
    return Out()
        .put(0x10, 1)
        .put(is_signed ? 0x08 : 0, 1)
        .put(0, 2)
        .put(bytes, 4)
        .put(0, 2)
        .put(8 * bytes, 2)
        .text();
  };
  switch (array.type) {
    case Type::f32:
      return Out()
          .put(0x11, 1)
          .put(0x20, 1)
          .put(31, 1)
          .put(0, 1)
          .put(size, 4)
          .put(0, 2)
          .put(32, 2)
          .put(23, 1)
          .put(8, 1)
          .put(0, 1)
          .put(23, 1)
          .put(127, 4)
          .text();
    case Type::f64:
      return Out()
          .put(0x11, 1)
          .put(0x20, 1)
          .put(63, 1)
          .put(0, 1)
          .put(size, 4)
          .put(0, 2)
          .put(64, 2)
          .put(52, 1)
          .put(11, 1)
          .put(0, 1)
          .put(52, 1)
          .put(1023, 4)
          .text();
    case Type::i32:
    case Type::i64:
      return whole(true, size);
    case Type::u32:
    case Type::u64:
      return whole(false, size);
    case Type::choice: {
      Out out;
      out.put(0x18, 1).put(array.choices.size(), 2).put(0, 1).put(1, 4).put(whole(true, 1)).pad8();
      // Names are padded one by one, behind a base type of 12 bytes.
      Out names;
      for (const std::string& name : array.choices) names.put(name + '\0').pad8();
      Out all;
      all.put(out.text().substr(0, 20)).put(names.text());
      for (std::size_t i = 0; i < array.choices.size(); ++i) all.put(i, 1);
      return all.text();
    }
    case Type::text:  // of variable length, UTF-8
      return Out().put(0x19, 1).put(0x01, 1).put(0x01, 1).put(0, 1).put(size, 4).put(whole(false, 1)).text();
    case Type::reference:
      return Out().put(0x17, 1).put(0, 3).put(size, 4).text();
  }
  return {};
}

/// IV.A.2.b, dataspace message, version 1.
std::string dataspace(const Shape& shape) {
  Out out;
  out.put(1, 1).put(shape.size(), 1).put(0, 6);
  for (const std::size_t extent : shape) out.put(extent, 8);
  return out.text();
}

/// III.E, global heap: where strings of variable length lie. One collection of its own for every array.
class Writer {
 public:
  std::string file(const Hdf5Object& root) {
    bytes_.assign(96, '\0');  // the superblock, once everything has its place
    const std::uint64_t top = object(root, {});
    Out super;
    super.put("\x89HDF\r\n\x1a\n")
        .put(0, 5)
        .put(8, 1)
        .put(8, 1)
        .put(0, 1)
        .put(kLeaf, 2)
        .put(kInternal, 2)
        .put(0, 4);
    super.put(0, 8).put(kUndefined, 8).put(bytes_.size(), 8).put(kUndefined, 8);
    super.put(0, 8).put(top, 8).put(0, 8).zeros(16);  // the symbol of the root
    bytes_.replace(0, super.size(), super.text());
    return std::move(bytes_);
  }

 private:
  using Places = std::map<std::string, std::uint64_t>;

  std::uint64_t append(const std::string& bytes) {
    const std::uint64_t place = bytes_.size();
    bytes_ += bytes;
    bytes_.resize((bytes_.size() + 7) / 8 * 8, '\0');
    return place;
  }

  /// The elements of an array as they are stored; strings go to a heap, references to their place.
  std::string elements(const Hdf5Array& array, const Places& siblings) {
    if (array.type == Hdf5Array::Type::reference)
      return Out().put(siblings.at(array.texts.front()), 8).text();
    if (array.type != Hdf5Array::Type::text) return array.bytes;
    Out out;
    constexpr std::size_t kMost = 60000;  // objects of a collection have numbers of 16 bits
    for (std::size_t first = 0; first < array.texts.size(); first += kMost) {
      const std::size_t count = std::min(kMost, array.texts.size() - first);
      Out heap;
      for (std::size_t i = 0; i < count; ++i)
        heap.put(i + 1, 2)
            .put(1, 2)
            .put(0, 4)
            .put(array.texts[first + i].size(), 8)
            .put(array.texts[first + i])
            .pad8();
      const std::size_t size = std::max<std::size_t>(4096, heap.size() + 32);
      const std::size_t rest = size - 16 - heap.size();
      heap.put(0, 2).put(0, 2).put(0, 4).put(rest, 8).zeros(rest - 16);
      const std::uint64_t place =
          append(Out().put("GCOL").put(1, 1).put(0, 3).put(size, 8).put(heap.text()).text());
      for (std::size_t i = 0; i < count; ++i)
        out.put(array.texts[first + i].size(), 4).put(place, 8).put(i + 1, 4);
    }
    return out.text();
  }

  static void message(Out& header, int type, Out body) {
    body.pad8();
    header.put(static_cast<std::uint64_t>(type), 2).put(body.size(), 2).put(0, 4).put(body.text());
  }

  std::uint64_t object(const Hdf5Object& object, const Places& siblings) {
    Out messages;
    std::size_t count = 0;
    if (object.is_group) {
      const auto [tree, heap] = group(object);
      message(messages, 0x11, Out().put(tree, 8).put(heap, 8));
      ++count;
    } else {
      const std::string values = elements(object.array, siblings);
      const std::uint64_t place = values.empty() ? kUndefined : append(values);
      message(messages, 0x01, Out().put(dataspace(object.array.shape)));
      message(messages, 0x03, Out().put(datatype(object.array)));
      message(messages, 0x05, Out().put(2, 1).put(2, 1).put(2, 1).put(1, 1).put(0, 4));
      message(messages, 0x08, Out().put(3, 1).put(1, 1).put(place, 8).put(values.size(), 8));
      count += 4;
    }
    for (const auto& [name, value] : object.attributes) {
      const std::string type = datatype(value), space = dataspace(value.shape);
      message(messages, 0x0c,
              Out()
                  .put(3, 1)
                  .put(0, 1)
                  .put(name.size() + 1, 2)
                  .put(type.size(), 2)
                  .put(space.size(), 2)
                  .put(1, 1)
                  .put(name + '\0')
                  .put(type)
                  .put(space)
                  .put(elements(value, siblings)));
      ++count;
    }
    return append(Out()
                      .put(1, 2)
                      .put(count, 2)
                      .put(1, 4)
                      .put(messages.size(), 4)
                      .put(0, 4)
                      .put(messages.text())
                      .text());
  }

  /// III.B to III.D: names in a local heap, symbols in nodes of at most 2 * kLeaf, sorted; one tree node
  /// above them.
  std::pair<std::uint64_t, std::uint64_t> group(const Hdf5Object& object) {
    Places places;
    std::map<std::string, std::uint64_t> names;
    Out heap;
    heap.put(0, 8);
    for (const auto& [name, child] : object.children) {
      places[name] = this->object(child, places);
      names[name] = heap.size();
      heap.put(name + '\0').pad8();
    }
    const std::uint64_t segment = append(heap.text());
    const std::uint64_t heap_place =
        append(Out().put("HEAP").put(0, 4).put(heap.size(), 8).put(1, 8).put(segment, 8).text());

    std::vector<std::string> order;
    for (const auto& [name, place] : places) order.push_back(name);
    Out keys;
    keys.put(0, 8);
    std::size_t nodes = 0;
    for (std::size_t first = 0; first < order.size(); first += 2 * kLeaf, ++nodes) {
      const std::size_t count = std::min(2 * kLeaf, order.size() - first);
      Out node;
      node.put("SNOD").put(1, 1).put(0, 1).put(count, 2);
      for (std::size_t i = 0; i < count; ++i)
        node.put(names[order[first + i]], 8).put(places[order[first + i]], 8).zeros(24);
      node.zeros((2 * kLeaf - count) * 40);
      keys.put(append(node.text()), 8).put(names[order[first + count - 1]], 8);
    }
    Out tree;
    tree.put("TREE").put(0, 2).put(nodes, 2).put(kUndefined, 8).put(kUndefined, 8).put(keys.text());
    tree.zeros(24 + 8 + 2 * kInternal * 16 - tree.size());
    return {append(tree.text()), heap_place};
  }

  std::string bytes_;
};

}  // namespace

std::string hdf5_bytes(const Hdf5Object& root) {
  return Writer().file(root);
}

}  // namespace spikeloom::data
