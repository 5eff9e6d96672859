// The table that a benchmark prints, and writes as JSON for docs/benchmarks.md if `--json FILE` says where.
#pragma once

#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"

namespace bench {

class Table {
 public:
  // unit: of every value, "ns" say.
  Table(std::string name, std::string unit) : name_(std::move(name)), unit_(std::move(unit)) {}

  // goal: in words, with the limit of the ratio: "≤ 2 x a cache line".
  void add(std::string what, const std::vector<double>& values, std::optional<double> ratio = {},
           std::string goal = "") {
    rows_.push_back({std::move(what), spread(values), ratio, std::move(goal)});
  }

  // Prints all rows; the exit status of the program.
  int finish(int argc, char** argv) const {
    print();
    if (argc == 3 && std::strcmp(argv[1], "--json") == 0) return write_json(argv[2]) ? 0 : 1;
    return argc == 1 ? 0 : 2;
  }

 private:
  struct Row {
    std::string what;
    Spread values;
    std::optional<double> ratio;
    std::string goal;
  };

  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.4g", value);
    return text;
  }

  void print() const {
    std::printf("%s, %s\n\n| %-56s | %10s | %24s | %6s | goal |\n|---|---:|---:|---:|---|\n", name_.c_str(),
                unit_.c_str(), "", "median", "lowest .. highest", "ratio");
    for (const Row& row : rows_) {
      const std::string range = number(row.values.low) + " .. " + number(row.values.high);
      const std::string ratio = row.ratio ? number(*row.ratio) : "";
      std::printf("| %-56s | %10s | %24s | %6s | %s |\n", row.what.c_str(), number(row.values.median).c_str(),
                  range.c_str(), ratio.c_str(), row.goal.c_str());
    }
  }

  bool write_json(const char* path) const {
    std::ofstream out(path);
    out << R"({"name": ")" << name_ << R"(", "unit": ")" << unit_ << R"(", "rows": [)";
    const char* separator = "\n";
    for (const Row& row : rows_) {
      out << separator << R"(  {"what": ")" << row.what << R"(", "median": )" << row.values.median << R"(, "low": )"
          << row.values.low << R"(, "high": )" << row.values.high;
      if (row.ratio) out << R"(, "ratio": )" << *row.ratio;
      if (!row.goal.empty()) out << R"(, "goal": ")" << row.goal << '"';
      out << '}';
      separator = ",\n";
    }
    out << "\n]}\n";
    return static_cast<bool>(out.flush());
  }

  std::string name_;
  std::string unit_;
  std::vector<Row> rows_;
};

}  // namespace bench
