#include <string>

#include "ffi/guard.hpp"
#include "os/memory.hpp"
#include "segment/segment.hpp"

using namespace qads;
using ffi::guarded;

qads_status qads_list(const char* directory, int (*visit)(void* context, const char* name), void* context) {
  return guarded([&]() -> qads_status {
    if (visit == nullptr) throw Error(Code::kInvalid, "visit is null");
    for (const std::string& name : segment::list(directory == nullptr ? "" : directory)) {
      if (visit(context, name.c_str()) != 0) break;
    }
    return QADS_OK;
  });
}

qads_status qads_remove(const char* name, const char* directory, uint32_t flags) {
  return guarded([&]() -> qads_status {
    segment::remove(&ffi::require(name, "name"), directory == nullptr ? "" : directory,
                    (flags & QADS_REMOVE_UNREAD) != 0);
    return QADS_OK;
  });
}

static_assert(static_cast<int>(segment::Verdict::kRead) == QADS_FOUND_READ &&
              static_cast<int>(segment::Verdict::kEnded) == QADS_FOUND_ENDED &&
              static_cast<int>(segment::Verdict::kTakeover) == QADS_FOUND_TAKEOVER &&
              static_cast<int>(segment::Verdict::kUnread) == QADS_FOUND_UNREAD &&
              static_cast<int>(segment::Verdict::kDamaged) == QADS_FOUND_DAMAGED &&
              static_cast<int>(segment::Verdict::kKept) == QADS_FOUND_KEPT &&
              static_cast<int>(segment::Verdict::kLive) == QADS_FOUND_LIVE &&
              static_cast<int>(segment::Verdict::kReaders) == QADS_FOUND_READERS &&
              static_cast<int>(segment::Verdict::kForeign) == QADS_FOUND_FOREIGN &&
              static_cast<int>(segment::Verdict::kPermission) == QADS_FOUND_PERMISSION &&
              static_cast<int>(segment::Verdict::kFailed) == QADS_FOUND_FAILED);

namespace {

using Visit = int (*)(void* context, const qads_found* found);

bool tell(const segment::Found& one, Visit visit, void* context) {
  const qads_found found{one.file.c_str(),
                         one.name.empty() ? nullptr : one.name.c_str(),
                         one.reason.c_str(),
                         static_cast<std::int32_t>(one.verdict),
                         one.removed ? 1 : 0,
                         one.unread,
                         one.bytes};
  return visit(context, &found) == 0;
}

}  // namespace

qads_status qads_collect(const char* directory, uint32_t flags, Visit visit, void* context) {
  return guarded([&]() -> qads_status {
    if (visit == nullptr) throw Error(Code::kInvalid, "visit is null");
    segment::collect(directory == nullptr ? "" : directory,
                     {.dry_run = (flags & QADS_COLLECT_DRY_RUN) != 0, .unread = (flags & QADS_COLLECT_UNREAD) != 0},
                     [&](const segment::Found& one) { return tell(one, visit, context); });
    return QADS_OK;
  });
}

qads_status qads_find(const char* name, const char* directory, Visit visit, void* context) {
  return guarded([&]() -> qads_status {
    if (visit == nullptr) throw Error(Code::kInvalid, "visit is null");
    tell(segment::find(&ffi::require(name, "name"), directory == nullptr ? "" : directory), visit, context);
    return QADS_OK;
  });
}

qads_status qads_memory_left(uint64_t* bytes, char* limit, size_t size) {
  return guarded([&]() -> qads_status {
    if (size > 0) ffi::require(limit, "limit");
    const os::FreeMemory left = os::free_memory(UINT64_MAX);
    ffi::require(bytes, "bytes") = left.bytes;
    if (size > 0) limit[left.limit.copy(limit, size - 1)] = '\0';
    return QADS_OK;
  });
}
