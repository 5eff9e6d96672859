// How a command ends that can't do what it was asked for.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "command.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::cli {

class Failure : public std::exception {
 public:
  Failure(Exit exit, std::string message) : exit_(exit), message_(std::move(message)) {}
  Failure(qads_status status, std::string message);
  Exit exit() const noexcept { return exit_; }
  qads_status status() const noexcept { return status_; }  // what the library said, or QADS_OK
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Exit exit_;
  qads_status status_ = QADS_OK;
  std::string message_;
};

// Throws what the library said unless the call succeeded.
void check(qads_status status);

}  // namespace qads::cli
