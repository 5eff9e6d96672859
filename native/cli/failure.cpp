#include "failure.hpp"

namespace qads::cli {
namespace {

Exit exit_of(qads_status status) {
  switch (status) {
    case QADS_OK:
      return kOk;
    case QADS_ERR_NOT_FOUND:
      return kNotFound;
    case QADS_ERR_PERMISSION:
      return kPermission;
    case QADS_ERR_CORRUPT:
    case QADS_ERR_FOREIGN:
    case QADS_ERR_VERSION:
      return kDamaged;
    case QADS_ERR_INVALID:
      return kUsage;
    case QADS_ERR_EXISTS:
    case QADS_ERR_TIMEOUT:
    case QADS_ERR_WRITER_DIED:
    case QADS_ERR_EVICTED:
    case QADS_ERR_TOO_MANY_READERS:
      return kNo;
    default:
      return kFailed;
  }
}

}  // namespace

Failure::Failure(qads_status status, std::string message)
    : exit_(exit_of(status)), status_(status), message_(std::move(message)) {}

void check(qads_status status) {
  if (status != QADS_OK) throw Failure(status, qads_last_error());
}

}  // namespace qads::cli
