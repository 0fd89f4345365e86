#include "hdf5/helper/types.h"

#include <bit>
#include <cstring>

namespace spikeloom::hdf5 {
namespace {

// Numbers are read in the order of this machine and handed on as they are.
static_assert(std::endian::native == std::endian::little);

ElementType other(const char* why) {
  ElementType type;
  type.why = why;
  return type;
}

ElementType number(Type of, hid_t memory) {
  ElementType type;
  type.type = of;
  type.size = size_of(of);
  type.memory = Handle(H5Tcopy(memory), H5Tclose);
  return type;
}

ElementType integer(hid_t in_file) {
  const std::size_t size = H5Tget_size(in_file);
  const bool is_signed = H5Tget_sign(in_file) == H5T_SGN_2;
  if (size == 0 || size > 8) return other("integers of more than 64 bits");
  if (size == 1) return is_signed ? number(Type::i8, H5T_STD_I8LE) : number(Type::u8, H5T_STD_U8LE);
  if (size == 2) return is_signed ? number(Type::i16, H5T_STD_I16LE) : number(Type::u16, H5T_STD_U16LE);
  if (size <= 4) return is_signed ? number(Type::i32, H5T_STD_I32LE) : number(Type::u32, H5T_STD_U32LE);
  return is_signed ? number(Type::i64, H5T_STD_I64LE) : number(Type::u64, H5T_STD_U64LE);
}

ElementType real(hid_t in_file) {
  std::size_t sign = 0, exponent_at = 0, exponent = 0, mantissa_at = 0, mantissa = 0;
  if (H5Tget_fields(in_file, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) < 0)
    return other("floating point numbers of an unknown form");
  const bool is_single = exponent <= 8 && mantissa <= 23;
  return is_single ? number(Type::f32, H5T_IEEE_F32LE) : number(Type::f64, H5T_IEEE_F64LE);
}

/// numpy's bool: an enumeration of FALSE and TRUE.
bool is_boolean(hid_t in_file) {
  if (H5Tget_nmembers(in_file) != 2) return false;
  for (unsigned i = 0; i < 2; ++i) {
    char* const name = H5Tget_member_name(in_file, i);
    const bool is_known =
        name != nullptr && (std::strcmp(name, "FALSE") == 0 || std::strcmp(name, "TRUE") == 0);
    unsigned char value[8] = {};
    const bool is_meant = is_known && H5Tget_size(in_file) == 1 &&
                          H5Tget_member_value(in_file, i, value) >= 0 &&
                          value[0] == (std::strcmp(name, "TRUE") == 0 ? 1 : 0);
    H5free_memory(name);
    if (!is_meant) return false;
  }
  return true;
}

ElementType enumeration(hid_t in_file) {
  const Handle base(H5Tget_super(in_file), H5Tclose);
  if (!base.ok()) return other("an enumeration of an unknown form");
  ElementType type = integer(base.id());
  if (type.type == Type::other) return type;
  if (is_boolean(in_file)) type.type = Type::boolean;
  // There is no conversion from an enumeration to numbers: it is read as itself, in this machine's order.
  type.memory = Handle(H5Tget_native_type(in_file, H5T_DIR_ASCEND), H5Tclose);
  if (!type.memory.ok() || H5Tget_size(type.memory.id()) != type.size)
    return other("an enumeration of an unknown form");
  return type;
}

ElementType text(hid_t in_file) {
  ElementType type;
  type.type = Type::text;
  type.padding = H5Tget_strpad(in_file);
  type.memory = Handle(H5Tcopy(H5T_C_S1), H5Tclose);
  const htri_t is_variable = H5Tis_variable_str(in_file);
  type.is_fixed_text = is_variable == 0;
  type.size = type.is_fixed_text ? H5Tget_size(in_file) : sizeof(char*);
  if (is_variable < 0 || type.size == 0 || H5Tset_cset(type.memory.id(), H5Tget_cset(in_file)) < 0 ||
      H5Tset_size(type.memory.id(), type.is_fixed_text ? type.size : H5T_VARIABLE) < 0 ||
      H5Tset_strpad(type.memory.id(), type.padding) < 0)
    return other("text of an unknown form");
  return type;
}

ElementType list(hid_t in_file) {
  const Handle base(H5Tget_super(in_file), H5Tclose);
  if (!base.ok()) return other("lists of an unknown form");
  const H5T_class_t kind = H5Tget_class(base.id());
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) return other("lists of something that is not a number");
  ElementType type = element_type(base.id());
  if (type.type == Type::other) return type;
  type.memory = Handle(H5Tvlen_create(type.memory.id()), H5Tclose);
  type.is_ragged = true;
  return type;
}

}  // namespace

ElementType element_type(hid_t in_file) {
  switch (H5Tget_class(in_file)) {
    case H5T_INTEGER:
      return integer(in_file);
    case H5T_FLOAT:
      return real(in_file);
    case H5T_ENUM:
      return enumeration(in_file);
    case H5T_STRING:
      return text(in_file);
    case H5T_VLEN:
      return list(in_file);
    case H5T_COMPOUND:
      return other("a compound type");
    case H5T_REFERENCE:
      return other("references to objects");
    case H5T_ARRAY:
      return other("arrays as elements");
    case H5T_OPAQUE:
      return other("opaque bytes");
    case H5T_BITFIELD:
      return other("bit fields");
    default:
      return other("values of an unknown type");
  }
}

}  // namespace spikeloom::hdf5
