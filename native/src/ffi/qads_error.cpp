#include <array>
#include <string>
#include <utility>

#include "ffi/guard.hpp"

namespace {

thread_local std::string last_error;

struct Named {
  qads_status status;
  qads::Code code;
  const char* name;
};

constexpr std::array kNames{
    Named{QADS_OK, qads::Code::kOk, "ok"},
    Named{QADS_ERR_TIMEOUT, qads::Code::kTimeout, "timeout"},
    Named{QADS_END_OF_STREAM, qads::Code::kEndOfStream, "end of stream"},
    Named{QADS_ERR_WRITER_DIED, qads::Code::kWriterDied, "writer died"},
    Named{QADS_ERR_WOULD_NOT_FIT, qads::Code::kWouldNotFit, "would not fit"},
    Named{QADS_ERR_NO_SPACE, qads::Code::kNoSpace, "no space"},
    Named{QADS_ERR_CORRUPT, qads::Code::kCorrupt, "corrupt"},
    Named{QADS_ERR_SCHEMA_MISMATCH, qads::Code::kSchemaMismatch, "schema mismatch"},
    Named{QADS_ERR_OVERRUN, qads::Code::kOverrun, "overrun"},
    Named{QADS_ERR_EXISTS, qads::Code::kExists, "exists"},
    Named{QADS_ERR_NOT_FOUND, qads::Code::kNotFound, "not found"},
    Named{QADS_ERR_PERMISSION, qads::Code::kPermission, "permission"},
    Named{QADS_ERR_INVALID, qads::Code::kInvalid, "invalid argument"},
    Named{QADS_ERR_UNSUPPORTED_TYPE, qads::Code::kUnsupportedType, "unsupported type"},
    Named{QADS_ERR_CLOSED, qads::Code::kClosed, "closed"},
    Named{QADS_ERR_FORKED, qads::Code::kForked, "forked"},
    Named{QADS_ERR_EVICTED, qads::Code::kEvicted, "evicted"},
    Named{QADS_ERR_FOREIGN, qads::Code::kForeign, "foreign"},
    Named{QADS_ERR_VERSION, qads::Code::kVersion, "version"},
    Named{QADS_ERR_TOO_MANY_READERS, qads::Code::kTooManyReaders, "too many readers"},
    Named{QADS_ERR_SYSTEM, qads::Code::kSystem, "system"},
    Named{QADS_ERR_NO_MEMORY, qads::Code::kNoMemory, "no memory"},
    Named{QADS_ERR_PRODUCER, qads::Code::kProducer, "producer"},
    Named{QADS_ERR_FILESYSTEM, qads::Code::kFilesystem, "filesystem"},
    Named{QADS_ERR_INTERNAL, qads::Code::kInternal, "internal"},
};

constexpr bool codes_agree() {
  for (const Named& entry : kNames) {
    if (entry.status != static_cast<qads_status>(entry.code)) return false;
  }
  return true;
}
static_assert(codes_agree(), "base/error.hpp and qadataswap.h have the same codes");

}  // namespace

namespace qads::ffi {

qads_status fail(Code code, std::string message) noexcept {
  last_error = std::move(message);
  return static_cast<qads_status>(code);
}

}  // namespace qads::ffi

const char* qads_status_name(qads_status status) {
  for (const Named& entry : kNames) {
    if (entry.status == status) return entry.name;
  }
  return "unknown status";
}

const char* qads_last_error(void) { return last_error.c_str(); }

const char* qads_version(void) { return QADS_VERSION_STRING; }
