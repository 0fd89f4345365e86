#include "hdf5/helper/walk.h"

#include <algorithm>
#include <string>

namespace spikeloom::hdf5 {
namespace {

struct Link {
  std::string name;
  H5L_type_t type;
};

/// What the callbacks of the library, through which nothing may be thrown, fill.
struct Names {
  std::vector<Link> links;
  std::vector<std::string> attributes;
  std::size_t most = 0, longest = 0;
  bool is_too_much = false;

  bool fits(const char* name) {
    is_too_much = is_too_much || links.size() + attributes.size() >= most ||
                  std::char_traits<char>::length(name) > longest;
    return !is_too_much;
  }
};

herr_t note_link(hid_t, const char* name, const H5L_info_t* info, void* into) {
  auto& names = *static_cast<Names*>(into);
  if (!names.fits(name)) return 1;
  names.links.push_back({name, info->type});
  return 0;
}

herr_t note_attribute(hid_t, const char* name, const H5A_info_t*, void* into) {
  auto& names = *static_cast<Names*>(into);
  if (!names.fits(name)) return 1;
  names.attributes.emplace_back(name);
  return 0;
}

class Walk {
 public:
  Walk(const std::vector<Part>& parts, Budget& budget, Encoder& out)
      : parts_(parts),
        budget_(budget),
        out_(out),
        found_(parts.size(), false),
        left_(budget.limits.objects) {}

  void all(hid_t file) {
    const Handle root(H5Oopen(file, "/", H5P_DEFAULT), H5Oclose);
    if (!root.ok()) throw damaged("/");
    for (std::size_t i = 0; i < parts_.size(); ++i) found_[i] = parts_[i].path == "/";
    attributes(root.id(), "/");
    members(root.id(), "");
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (!found_[i]) throw Refusal{ErrorKind::invalid, parts_[i].path, "the file has no such dataset", ""};
  }

 private:
  void count(std::size_t objects, const std::string& place) {
    if (objects > left_)
      throw Refusal{ErrorKind::limit, place,
                    "the file has more than " + std::to_string(budget_.limits.objects) + " objects", ""};
    left_ -= objects;
  }

  void attributes(hid_t object, const std::string& place) {
    Names names = {{}, {}, left_, budget_.limits.name, false};
    hsize_t at = 0;
    if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &at, note_attribute, &names) < 0)
      throw damaged(place);
    check(names, place);
    for (const std::string& name : names.attributes) {
      const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
      if (!attribute.ok()) throw damaged(place);
      out_.attribute(name, read_attribute(attribute.id(), place, budget_));
    }
  }

  void check(const Names& names, const std::string& place) {
    if (names.is_too_much && names.links.size() + names.attributes.size() < names.most)
      throw Refusal{ErrorKind::limit, place,
                    "a name is longer than " + std::to_string(budget_.limits.name) + " bytes", ""};
    count(names.links.size() + names.attributes.size() + (names.is_too_much ? 1 : 0), place);
  }

  void members(hid_t group, const std::string& path) {
    const std::string place = path.empty() ? "/" : path;
    H5O_info_t info;
    if (H5Oget_info2(group, &info, H5O_INFO_BASIC) < 0) throw damaged(place);
    if (std::ranges::find(open_, info.addr) != open_.end())
      throw Refusal{ErrorKind::invalid, place, "a group contains itself", ""};
    if (open_.size() > budget_.limits.depth)
      throw Refusal{ErrorKind::limit, place,
                    "groups are nested more than " + std::to_string(budget_.limits.depth) + " deep", ""};
    open_.push_back(info.addr);
    Names names = {{}, {}, left_, budget_.limits.name, false};
    hsize_t at = 0;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, note_link, &names) < 0) throw damaged(place);
    check(names, place);
    for (const Link& link : names.links) member(group, link, path + "/" + link.name);
    open_.pop_back();
  }

  void member(hid_t group, const Link& link, const std::string& path) {
    if (link.name.empty() || link.name.find('/') != std::string::npos)
      throw Refusal{ErrorKind::invalid, path, "an object has no name, or one with a '/'", ""};
    if (link.type != H5L_TYPE_HARD) {
      out_.link(link.name, link.type == H5L_TYPE_SOFT ? "a soft link, which is not followed"
                           : link.type == H5L_TYPE_EXTERNAL
                               ? "a link to another file, which is not followed"
                               : "a link of an unknown kind, which is not followed");
      if (const Part* const part = wanted(path))
        throw Refusal{ErrorKind::invalid, part->path == "/" ? path : part->path,
                      "this is a link; links are not followed", "h5repack writes a file without them"};
      out_.end();
      return;
    }
    const Handle object(H5Oopen(group, link.name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.ok()) throw damaged(path);
    switch (H5Iget_type(object.id())) {
      case H5I_GROUP:
        wanted(path);
        out_.group(link.name);
        attributes(object.id(), path);
        members(object.id(), path);
        break;
      case H5I_DATASET:
        dataset(object.id(), link.name, path);
        attributes(object.id(), path);
        break;
      default:
        out_.other(link.name, "neither a group nor a dataset");
        break;
    }
    out_.end();
  }

  /// The part that asks for this object, if one does; the one that names it before those of its groups.
  const Part* wanted(const std::string& path) {
    const Part* by_group = nullptr;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::string& name = parts_[i].path;
      if (name == path) {
        found_[i] = true;
        return &parts_[i];
      }
      if (name == "/" || path.starts_with(name + "/")) by_group = &parts_[i];
    }
    return by_group;
  }

  void dataset(hid_t object, const std::string& name, const std::string& path) {
    Array array = describe_dataset(object);
    if (const Part* const part = wanted(path)) {
      const bool is_named = part->path == path;
      // In a group that was asked for whole, what has no values stays without.
      if (is_named || array.type != Type::other)
        read_values(object, path, is_named ? part->first : 0, is_named ? part->rows : Part::kAll, budget_,
                    array);
    }
    out_.dataset(name, array);
  }

  const std::vector<Part>& parts_;
  Budget& budget_;
  Encoder& out_;
  std::vector<bool> found_;
  std::size_t left_;
  std::vector<haddr_t> open_;  // groups on the way down
};

}  // namespace

void walk(hid_t file, const std::vector<Part>& parts, Budget& budget, Encoder& out) {
  Walk(parts, budget, out).all(file);
}

}  // namespace spikeloom::hdf5
