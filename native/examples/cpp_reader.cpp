// Reads what cpp_writer writes, or any other segment, batch by batch.
// usage: cpp_reader [NAME]
#include <arrow/api.h>
#include <qadataswap/arrow.h>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;

arrow::Status Run(const std::string& name) {
  const auto opened = qadataswap::Reader::Open({.name = name, .attach_timeout = 1s, .timeout = 10s});
  if (qadataswap::ErrorCode(opened.status()) == QADS_ERR_NOT_FOUND) {
    std::cout << "nobody writes " << name << "; start cpp_writer\n";
    return arrow::Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(const auto reader, opened);
  std::cout << reader->schema()->ToString() << '\n';
  int64_t rows = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, reader->Next());
    if (!batch) break;
    rows += batch->num_rows();
  }
  ARROW_ASSIGN_OR_RAISE(const auto stats, reader->Stats());
  std::cout << "read " << rows << " rows in " << stats.batches << " batches, " << stats.lost << " lost\n";
  return reader->Close();
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && words[1] == std::string_view("--help")) {
    std::cout << "usage: cpp_reader [NAME]\n";
    return 0;
  }
  const arrow::Status status = Run(count > 1 ? words[1] : "example");
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
