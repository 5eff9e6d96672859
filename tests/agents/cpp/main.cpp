// The C++ agent of the cross-language tests: tests/agents/README.md has the contract. It uses the public C++ API only.
#include <qadataswap/qadataswap.h>

#include <cstdio>
#include <exception>

#include "arguments.hpp"
#include "outcome.hpp"
#include "read.hpp"
#include "write.hpp"

namespace agent {
namespace {

int Run(int count, const char* const* words) {
  try {
    const Arguments arguments = Parse(count, words);
    uint64_t lost = 0;
    const arrow::Status status = arguments.mode == Mode::kWrite ? Write(arguments) : Read(arguments, &lost);
    if (!status.ok()) return Report(status, lost);
    if (lost == 0) return kDone;
    std::fprintf(stderr, "%s: batches were dropped before this reader came to them, lost=%llu\n",
                 qads_status_name(QADS_ERR_OVERRUN), static_cast<unsigned long long>(lost));
    return kLost;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "usage: %s\n", error.what());
    return kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return kError;
  }
}

}  // namespace
}  // namespace agent

int main(int count, char** words) { return agent::Run(count, words); }
