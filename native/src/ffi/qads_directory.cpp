#include <string>

#include "ffi/guard.hpp"
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
