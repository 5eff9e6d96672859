// How segments are told, as text and as JSON: by ls, stat and watch alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json.hpp"
#include "segments.hpp"

namespace qads::cli {

// The difference between two looks at one segment.
struct Rates {
  double seconds;
  double batches, messages, rows, bytes, dropped, stalls;  // each a second
  double stalled;                                          // share of the time, 0 to 1
  std::vector<double> readers;                             // batches a second, for each reader of the later look
};
std::optional<Rates> rates_of(const Segment& before, const Segment& after, std::int64_t elapsed_ns);

// `rates`: of each segment since an earlier look; empty for a first one.
using AllRates = std::vector<std::optional<Rates>>;
std::string list_text(const std::string& directory, const std::vector<Segment>& segments, const AllRates& rates);
void list_json(Json& json, const std::string& directory, const std::vector<Segment>& segments, const AllRates& rates);

struct Details {
  std::string directory;
  Segment segment;
  std::optional<Rates> rates;
  const ArrowSchema* schema;  // null: none yet
};
void rates_json(Json& json, const std::optional<Rates>& rates);
std::string details_text(const Details& details);
void details_json(Json& json, const Details& details);

}  // namespace qads::cli
