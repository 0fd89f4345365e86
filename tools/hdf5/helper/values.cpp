#include "hdf5/helper/values.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

#include "hdf5/helper/types.h"
#include "support/file.h"

namespace spikeloom::hdf5 {
namespace {

constexpr std::uint64_t kAlwaysFine = 1 << 20;       // declared bytes that no small file is refused for
constexpr std::uint64_t kMostOfAttribute = 1 << 20;  // bytes
constexpr std::uint64_t kRowsAtOnce = 1 << 12;       // of text and lists
constexpr H5Z_filter_t kLzf = 32000;

/// The product, or the largest number there is.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::uint64_t count_of(const Shape& shape) {
  std::uint64_t count = 1;
  for (const std::size_t extent : shape) count = times(count, extent);
  return std::ranges::find(shape, 0u) != shape.end() ? 0 : count;
}

std::optional<Shape> shape_of(hid_t space) {
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  if (kind == H5S_SCALAR) return Shape{};
  const int rank = H5Sget_simple_extent_ndims(space);
  if (kind != H5S_SIMPLE || rank < 0 || rank > H5S_MAX_RANK) return std::nullopt;
  hsize_t extents[H5S_MAX_RANK] = {};
  if (rank > 0 && H5Sget_simple_extent_dims(space, extents, nullptr) < 0) return std::nullopt;
  return Shape(extents, extents + rank);
}

/// Where the values lie that one must not, or cannot, follow; "" if they can be read.
std::string unreadable(hid_t dataset, std::size_t element, std::uint64_t file_bytes, std::uint64_t most) {
  const Handle made(H5Dget_create_plist(dataset), H5Pclose);
  if (!made.ok()) return "values that lie nobody knows where";
  if (H5Pget_external_count(made.id()) != 0) return "values that lie in other files";
  const H5D_layout_t layout = H5Pget_layout(made.id());
  if (layout == H5D_VIRTUAL) return "values that are views of other datasets";
  if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED)
    return "values in an unknown layout";
  if (layout == H5D_CHUNKED) {
    hsize_t extents[H5S_MAX_RANK] = {};
    const int rank = H5Pget_chunk(made.id(), H5S_MAX_RANK, extents);
    if (rank < 0) return "values in an unknown layout";
    std::uint64_t bytes = element;
    for (int i = 0; i < rank; ++i) bytes = times(bytes, extents[i]);
    if (bytes > most || bytes > std::max(kAlwaysFine, times(file_bytes, kMostExpansion)))
      return "values in pieces that are larger than the file could hold";
  }
  const int filters = H5Pget_nfilters(made.id());
  if (filters < 0 || filters > 32) return "values behind unknown filters";
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, filter_config = 0;
    std::size_t values = 0;
    char name[64] = {};
    const H5Z_filter_t filter = H5Pget_filter2(made.id(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                               sizeof name, name, &filter_config);
    const bool is_ours = filter == kLzf || (filter > 0 && filter < H5Z_FILTER_RESERVED);
    if (!is_ours || H5Zfilter_avail(filter) <= 0)
      return "values behind filter " + std::to_string(filter) + ", which cannot be read";
  }
  return {};
}

/// Memory of lists and texts of any length, counted.
struct Pool {
  std::uint64_t left = 0;
};
void* from_pool(std::size_t bytes, void* pool) {
  std::uint64_t& left = static_cast<Pool*>(pool)->left;
  if (bytes > left) return nullptr;
  left -= bytes;
  return std::malloc(bytes);
}
void to_pool(void* memory, void*) {
  std::free(memory);
}

std::string trimmed(const char* bytes, std::size_t size, H5T_str_t padding) {
  std::string value(bytes, size);
  if (padding == H5T_STR_NULLTERM) value.resize(std::min(size, value.find('\0')));
  const char pad = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
  while (!value.empty() && value.back() == pad) value.pop_back();
  return value;
}

void put_texts(const ElementType& type, const std::vector<char>& raw, std::size_t count, Array& array) {
  for (std::size_t i = 0; i < count; ++i) {
    if (type.is_fixed_text) {
      array.texts.push_back(trimmed(raw.data() + i * type.size, type.size, type.padding));
    } else {
      const char* const text = reinterpret_cast<char* const*>(raw.data())[i];
      array.texts.emplace_back(text == nullptr ? "" : text);
    }
  }
}

void put_lists(const std::vector<char>& raw, std::size_t count, Array& array) {
  const auto* const lists = reinterpret_cast<const hvl_t*>(raw.data());
  for (std::size_t i = 0; i < count; ++i) {
    array.lengths.push_back(lists[i].len);
    if (lists[i].len > 0)
      array.bytes.append(static_cast<const char*>(lists[i].p), lists[i].len * size_of(array.type));
  }
}

/// Rows of text or lists, a few thousand elements at a time: each has memory of its own until it is copied.
void read_in_parts(hid_t dataset, const ElementType& type, hid_t file_space, const std::string& place,
                   std::uint64_t first, std::uint64_t rows, Budget& budget, Array& array) {
  std::uint64_t in_row = 1;
  for (std::size_t axis = 1; axis < array.shape.size(); ++axis) in_row = times(in_row, array.shape[axis]);
  const std::size_t in_memory = type.is_ragged ? sizeof(hvl_t) : type.size;
  const std::uint64_t step = std::max<std::uint64_t>(1, kRowsAtOnce / std::max<std::uint64_t>(1, in_row));
  const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  Pool pool;
  if (H5Pset_vlen_mem_manager(transfer.id(), from_pool, &pool, to_pool, &pool) < 0) throw damaged(place);
  for (std::uint64_t done = 0; done < rows; done += step) {
    const std::uint64_t now = std::min(step, rows - done), count = now * in_row;
    std::vector<char> raw(count * in_memory);
    const hsize_t elements = count;
    const Handle memory_space(
        array.shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &elements, nullptr), H5Sclose);
    if (!array.shape.empty()) {
      std::vector<hsize_t> start(array.shape.size(), 0), extent(array.shape.begin(), array.shape.end());
      start[0] = first + done;
      extent[0] = now;
      if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0)
        throw damaged(place);
    }
    pool.left = budget.limits.bytes - std::min(budget.limits.bytes, budget.taken);
    const std::uint64_t before = pool.left;
    const bool ok =
        H5Dread(dataset, type.memory.id(), memory_space.id(), file_space, transfer.id(), raw.data()) >= 0;
    const std::uint64_t used = before - pool.left;
    if (ok) {
      budget.take(used, 0, place);
      type.is_ragged ? put_lists(raw, count, array) : put_texts(type, raw, count, array);
    }
    if (type.is_ragged || !type.is_fixed_text)
      H5Dvlen_reclaim(type.memory.id(), memory_space.id(), transfer.id(), raw.data());
    if (!ok) throw damaged(place);
  }
}

}  // namespace

void Budget::take(std::uint64_t bytes, std::uint64_t in_file, const std::string& place) {
  declared = in_file > std::numeric_limits<std::uint64_t>::max() - declared
                 ? std::numeric_limits<std::uint64_t>::max()
                 : declared + in_file;
  if (declared > std::max(kAlwaysFine, times(file_bytes, kMostExpansion)))
    throw Refusal{ErrorKind::invalid, place,
                  "more values are declared than a file of " + bytes_text(file_bytes) + " can hold",
                  "the file is damaged, or was made to do harm"};
  if (bytes > limits.bytes - std::min(limits.bytes, taken))
    throw Refusal{ErrorKind::limit, place,
                  "the values are larger than the limit of " + bytes_text(limits.bytes) + " for one file",
                  ""};
  taken += bytes;
  const std::uint64_t seconds = taken / kValueBytesASecond;
  rlimit time = {};
  if (seconds == granted || ::getrlimit(RLIMIT_CPU, &time) != 0) return;
  time.rlim_cur = std::min(time.rlim_cur + (seconds - granted), time.rlim_max);
  if (::setrlimit(RLIMIT_CPU, &time) == 0) granted = seconds;
}

Array describe_dataset(hid_t dataset) {
  Array array;
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  const auto shape = space.ok() ? shape_of(space.id()) : std::nullopt;
  if (!type.ok() || !shape) {
    array.why = "no values";
    return array;
  }
  const ElementType element = element_type(type.id());
  array.type = element.type;
  array.is_ragged = element.is_ragged;
  array.why = element.why;
  array.shape = *shape;
  return array;
}

void read_values(hid_t dataset, const std::string& place, std::uint64_t first, std::uint64_t rows,
                 Budget& budget, Array& array) {
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  const ElementType element = element_type(type.id());
  if (element.type == Type::other)
    throw Refusal{ErrorKind::unsupported, place, "this is " + array.why + ", which cannot be read", ""};
  const std::uint64_t in_file = H5Tget_size(type.id());
  if (const std::string why = unreadable(dataset, in_file, budget.file_bytes, budget.limits.bytes);
      !why.empty())
    throw Refusal{ErrorKind::invalid, place, "the dataset has " + why, ""};

  const std::uint64_t there = array.shape.empty() ? 1 : array.shape[0];
  if (array.shape.empty() || (first == 0 && rows >= there)) {
    first = 0;
    rows = there;
  } else {
    if (first > there || rows > there - first)
      throw Refusal{ErrorKind::invalid, place,
                    "there are no rows " + std::to_string(first) + " to " + std::to_string(first + rows) +
                        ", only " + std::to_string(there),
                    ""};
    array.shape[0] = rows;
  }
  const std::uint64_t count = count_of(array.shape);
  const std::uint64_t bytes =
      times(count, element.type == Type::text ? element.size + sizeof(std::string)
                                              : (element.is_ragged ? sizeof(std::uint64_t) : element.size));
  budget.take(bytes, times(count, in_file), place);
  array.has_values = true;
  if (count == 0) return;
  if (element.type == Type::text || element.is_ragged) {
    read_in_parts(dataset, element, space.id(), place, first, rows, budget, array);
    return;
  }
  array.bytes.resize(count * element.size);
  hid_t memory_space = H5S_ALL, file_space = H5S_ALL;
  Handle selected;
  if (!array.shape.empty() && rows != there) {
    std::vector<hsize_t> start(array.shape.size(), 0), extent(array.shape.begin(), array.shape.end());
    start[0] = first;
    selected = Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
    if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0)
      throw damaged(place);
    memory_space = selected.id();
    file_space = space.id();
  }
  if (H5Dread(dataset, element.memory.id(), memory_space, file_space, H5P_DEFAULT, array.bytes.data()) < 0)
    throw damaged(place);
  if (element.type == Type::boolean &&
      std::ranges::any_of(array.bytes, [](char v) { return v != 0 && v != 1; }))
    throw Refusal{ErrorKind::invalid, place, "a value is neither FALSE nor TRUE", ""};
}

Array read_attribute(hid_t attribute, const std::string& place, Budget& budget) {
  Array array;
  const Handle type(H5Aget_type(attribute), H5Tclose), space(H5Aget_space(attribute), H5Sclose);
  const auto shape = space.ok() ? shape_of(space.id()) : std::nullopt;
  if (!type.ok() || !shape) {
    array.why = "no values";
    return array;
  }
  const ElementType element = element_type(type.id());
  const std::uint64_t count = count_of(*shape), bytes = times(count, std::max<std::size_t>(element.size, 1));
  array.shape = *shape;
  array.why = element.why;
  if (element.is_ragged) array.why = "lists in an attribute";
  if (bytes > kMostOfAttribute) array.why = "an attribute of more than " + bytes_text(kMostOfAttribute);
  if (!array.why.empty()) return array;
  array.type = element.type;
  budget.take(bytes, 0, place);
  array.has_values = true;
  if (count == 0) return array;
  std::vector<char> raw(bytes);
  if (H5Aread(attribute, element.memory.id(), raw.data()) < 0) throw damaged(place);
  if (element.type != Type::text) {
    array.bytes.assign(raw.begin(), raw.end());
    if (element.type == Type::boolean && std::ranges::any_of(raw, [](char v) { return v != 0 && v != 1; }))
      throw damaged(place);
    return array;
  }
  put_texts(element, raw, count, array);
  if (!element.is_fixed_text) H5Dvlen_reclaim(element.memory.id(), space.id(), H5P_DEFAULT, raw.data());
  for (const std::string& text : array.texts) budget.take(text.size(), 0, place);
  return array;
}

}  // namespace spikeloom::hdf5
