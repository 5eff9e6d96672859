// Named places in the steps of the protocol, where a process can be made to die or stop: native/tests/faults does that to
// each. Compiled in by the CMake option QADS_FAULT_POINTS alone; otherwise nothing of them is left.
#pragma once

#if defined(QADS_FAULT_POINTS)

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace qads::os {

// All there are. A name says the step, and what of it has just been done.
inline constexpr auto kFaultPoints = std::to_array<std::string_view>({
    // clang-format off
    // creating: a file without a name
    "create.file", "create.locked", "create.mapped", "create.complete",
    // giving it its name, or that of a writer that has gone
    "name.header", "name.linked",
    "takeover.locked", "takeover.linked", "takeover.renamed", "takeover.removed",
    "schema.reserved", "schema.written", "schema.announced",
    // a reader's way in
    "claim.locked", "join.claimed", "join.cleaned", "join.in_the_way", "join.active", "join.placed",
    // a batch's way in
    "reserve.backed", "copy.begin", "copy.half", "copy.done",
    "publish.fields", "publish.sequence", "publish.order", "publish.head", "publish.woken",
    // either side's sleep, and the other's waking it
    "sleep.writer", "sleep.reader", "wake.counted",
    // a batch's way out
    "take.seen", "take.marked", "take.withdrawn", "take.checked", "take.moved", "overrun.moved", "release.cleared",
    // taking slots back
    "reclaim.announced", "reclaim.retired", "drop.announced", "drop.retired", "retire.invalidated",
    "probe.locked", "probe.cleared", "probe.freed", "evict.chosen", "evict.marked",
    // a reader's way out
    "close.closing", "leave.freed", "leave.unlocked", "end.reached", "drain.locked", "drain.removed",
    // the writer's way out
    "finish.kind", "finish.end", "finish.woken", "finish.unlocked", "remove.checked", "remove.removed",
    // qads_remove
    "rm.locked", "rm.removed",
    // qads_collect
    "gc.locked", "gc.removed",
    // clang-format on
});

consteval std::size_t fault_point(std::string_view name) {
  const auto* const at = std::find(kFaultPoints.begin(), kFaultPoints.end(), name);
  if (at == kFaultPoints.end()) throw "this fault point is not in the list";
  return static_cast<std::size_t>(at - kFaultPoints.begin());
}

// Does what the environment variable QADS_FAULT says, such as "take.seen:2:stop,take.withdrawn:1:kill": at the second time
// that the process comes to take.seen it stops, and once it goes on it dies at take.withdrawn.
void reach_fault_point(std::size_t point) noexcept;

}  // namespace qads::os

#define QADS_FAULT_POINT(name) ::qads::os::reach_fault_point(::qads::os::fault_point(name))

#else

#define QADS_FAULT_POINT(name) static_cast<void>(0)

#endif
