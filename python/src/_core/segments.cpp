#include "segments.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "waiting.hpp"

namespace qads_python {
namespace {

using Directory = std::optional<std::string>;

const char* or_null(const Directory& directory) { return directory ? directory->c_str() : nullptr; }

py::list list(const Directory& directory) {
  std::vector<std::string> names;
  const auto visit = [](void* context, const char* name) {
    static_cast<std::vector<std::string>*>(context)->emplace_back(name);
    return 0;
  };
  check(without_gil([&] { return qads_list(or_null(directory), visit, &names); }));
  py::list out;
  for (const std::string& name : names) out.append(name);
  return out;
}

void remove(const std::string& name, const Directory& directory, bool unread) {
  const std::uint32_t flags = unread ? std::uint32_t{QADS_REMOVE_UNREAD} : 0U;
  check(without_gil([&] { return qads_remove(name.c_str(), or_null(directory), flags); }));
}

py::tuple inspect(const std::string& name, const Directory& directory) {
  qads_attach_options options;
  qads_attach_options_init(&options);
  options.directory = or_null(directory);
  qads_arena* attached = nullptr;
  check(without_gil([&] { return qads_attach_arena(name.c_str(), &options, &attached); }));
  const std::unique_ptr<qads_arena, void (*)(qads_arena*)> arena(attached, qads_arena_free);
  return py::make_tuple(info_of(attached), readers_of(attached));
}

}  // namespace

py::dict info_of(qads_arena* arena) {
  qads_arena_info info{};
  info.struct_size = sizeof(info);
  check(Outcome::of(qads_arena_get_info(arena, &info)));
  py::dict out;
  out["layout_major"] = info.layout_major;
  out["layout_minor"] = info.layout_minor;
  out["buffer_count"] = info.slots;
  out["reader_capacity"] = info.reader_capacity;
  out["overflow"] = info.overflow;
  out["lifetime"] = info.lifetime;
  out["writer_alive"] = info.writer_alive != 0;
  out["finished"] = info.finished;
  out["has_schema"] = info.has_schema != 0;
  out["capacity"] = info.capacity;
  out["evict_after_ms"] = info.evict_after_ms;
  out["writer_pid"] = info.writer_pid;
  out["created_unix_ns"] = info.created_unix_ns;
  out["head"] = info.head;
  out["tail"] = info.tail;
  out["superseded_unread"] = info.superseded_unread;
  out["messages"] = info.messages;
  out["rows"] = info.rows;
  out["bytes_copied"] = info.bytes_copied;
  out["bytes_referenced"] = info.bytes_referenced;
  out["dropped_batches"] = info.dropped_batches;
  out["stalls"] = info.stalls;
  out["stalled_ns"] = info.stalled_ns;
  out["evicted_readers"] = info.evicted_readers;
  out["reaped_readers"] = info.reaped_readers;
  out["reserved_bytes"] = info.reserved_bytes;
  out["uuid"] = py::bytes(reinterpret_cast<const char*>(info.uuid), sizeof(info.uuid)).attr("hex")();
  return out;
}

py::list readers_of(qads_arena* arena) {
  std::vector<qads_reader_state> states(64);
  std::int32_t count = 0;
  check(Outcome::of(qads_arena_get_readers(arena, states.data(), static_cast<std::int32_t>(states.size()), &count)));
  states.resize(std::min(states.size(), static_cast<std::size_t>(count)));
  py::list out;
  for (const qads_reader_state& state : states) {
    py::dict one;
    one["entry"] = state.entry;
    one["alive"] = state.alive != 0;
    one["evicted"] = state.evicted != 0;
    one["held_batches"] = state.held_batches;
    one["pid"] = state.pid;
    one["attached_unix_ns"] = state.attached_unix_ns;
    one["oldest_held_ns"] = state.oldest_held_ns;
    one["position"] = state.position;
    one["lag"] = state.lag;
    one["lost"] = state.lost;
    out.append(one);
  }
  return out;
}

void bind_segments(py::module_& module) {
  module.def("list_segments", &list, py::arg("directory").none(true));
  module.def("remove_segment", &remove, py::arg("name"), py::arg("directory").none(true), py::arg("unread"));
  module.def("inspect_segment", &inspect, py::arg("name"), py::arg("directory").none(true));
}

}  // namespace qads_python
