// What an element type of HDF5 is here, and how the library is asked for it.
#pragma once

#include "hdf5/helper/library.h"
#include "hdf5/tree.h"

namespace spikeloom::hdf5 {

struct ElementType {
  Type type = Type::other;
  bool is_ragged = false;
  bool is_fixed_text = false;  // text of `size` bytes each, else text of any length
  std::size_t size = 0;        // bytes of an element in memory
  H5T_str_t padding = H5T_STR_NULLTERM;
  Handle memory;    // the type to read as
  std::string why;  // of other
};

ElementType element_type(hid_t in_file);

}  // namespace spikeloom::hdf5
