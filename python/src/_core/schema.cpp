#include "schema.hpp"

#include <cstdint>

#include "errors.hpp"

namespace qads_python {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

py::tuple tree_of(const ArrowSchema& schema) {
  py::list children;
  for (std::int64_t i = 0; i < schema.n_children; ++i) children.append(tree_of(*schema.children[i]));
  const py::object dictionary =
      schema.dictionary == nullptr ? py::object(py::none()) : py::object(tree_of(*schema.dictionary));
  const std::string name = text_of(schema.name);
  // A name that isn't UTF-8 can't keep anybody from reading the others.
  const py::object as_str = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "replace"));
  return py::make_tuple(as_str, text_of(schema.format), schema.flags, py::tuple(children), dictionary);
}

// Where the two differ, as a path of field names and what is different; empty if nowhere.
std::string difference(const ArrowSchema& own, const ArrowSchema& wanted, const std::string& where) {
  if (text_of(own.format) != text_of(wanted.format)) {
    return where + " has format '" + text_of(own.format) + "', requested was '" + text_of(wanted.format) + "'";
  }
  if (own.n_children != wanted.n_children) {
    return where + " has " + std::to_string(own.n_children) + " fields, requested were " +
           std::to_string(wanted.n_children);
  }
  for (std::int64_t i = 0; i < own.n_children; ++i) {
    const std::string name = text_of(own.children[i]->name);
    if (name != text_of(wanted.children[i]->name)) {
      return where + " has a field '" + name + "' where '" + text_of(wanted.children[i]->name) + "' was requested";
    }
    if (((own.children[i]->flags ^ wanted.children[i]->flags) & ARROW_FLAG_NULLABLE) != 0) {
      return "field '" + name + "' differs in nullability";
    }
    if (std::string found = difference(*own.children[i], *wanted.children[i], "field '" + name + "'"); !found.empty()) {
      return found;
    }
  }
  if ((own.dictionary == nullptr) != (wanted.dictionary == nullptr)) return where + " differs in being a dictionary";
  if (own.dictionary == nullptr) return "";
  return difference(*own.dictionary, *wanted.dictionary, "the dictionary of " + where);
}

}  // namespace

py::tuple Schema::tree() const { return tree_of(*schema_->get()); }

void Schema::require_equal(const py::object& requested) const {
  if (requested.is_none()) return;
  const auto* wanted = static_cast<const ArrowSchema*>(PyCapsule_GetPointer(requested.ptr(), kSchemaCapsule));
  if (wanted == nullptr) throw py::error_already_set();
  const std::string found = difference(*schema_->get(), *wanted, "the schema");
  if (found.empty()) return;
  raise({QADS_ERR_SCHEMA_MISMATCH, "requested_schema can't be honoured: " + found +
                                       "; data is handed over as it was written, so read it as it is and cast it"});
}

void bind_schema(py::module_& module) {
  py::class_<Schema>(module, "Schema")
      .def("__arrow_c_schema__", &Schema::capsule)
      .def("tree", &Schema::tree)
      .def("require_equal", &Schema::require_equal, py::arg("requested_schema").none(true))
      .def_property_readonly("_address",
                             [](const Schema& self) { return reinterpret_cast<std::uintptr_t>(self.shared()->get()); });
}

}  // namespace qads_python
