// Groups, arrays and attributes as they go into an HDF5 file. Writing needs no HDF5 library: a tree is laid
// out at once, in the oldest version of the format, which every reader knows ("HDF5 File Format Specification
// Version 3.0", superblock 0, symbol tables, version 1 object headers).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "arrays/array.h"

namespace spikeloom::data {

/// An array of one of the types that our formats use; [] is a scalar.
struct Hdf5Array {
  enum class Type { f32, f64, i32, i64, u32, u64, choice, text, reference };
  Type type = Type::f64;
  Shape shape;
  std::string bytes;                 // of numbers and choices, little-endian
  std::vector<std::string> texts;    // of strings; of a reference: the name of an earlier sibling
  std::vector<std::string> choices;  // of a choice (an enumeration of bytes): its names, from 0

  static Hdf5Array text(std::string value);
  static Hdf5Array list(std::vector<std::string> values);
  static Hdf5Array number(double value);
  static Hdf5Array whole(std::int64_t value);
  static Hdf5Array numbers(const std::vector<double>& values, Shape shape);
  static Hdf5Array floats(const std::vector<float>& values, Shape shape);
  static Hdf5Array wholes(const std::vector<std::int64_t>& values, Shape shape);
  static Hdf5Array unsigned_wholes(const std::vector<std::uint64_t>& values, Shape shape);
  static Hdf5Array unsigned32(const std::vector<std::uint32_t>& values, Shape shape);
  /// numpy's bool, as h5py writes it.
  static Hdf5Array booleans(std::string bytes, Shape shape);
};

struct Hdf5Object {
  bool is_group = true;
  std::map<std::string, Hdf5Object> children;  // of a group
  Hdf5Array array;                             // of a dataset
  std::vector<std::pair<std::string, Hdf5Array>> attributes;

  /// The group of this name, made where there is none.
  Hdf5Object& group(const std::string& name) { return children[name]; }
  Hdf5Object& dataset(const std::string& name, Hdf5Array values);
  Hdf5Object& attribute(std::string name, Hdf5Array value);
};

/// The bytes of a file with this root.
std::string hdf5_bytes(const Hdf5Object& root);

}  // namespace spikeloom::data
