// From rows to what may be told.
#include "shown.hpp"

#include <array>
#include <ctime>

#include "gates.hpp"
#include "kinds.hpp"

namespace attachments {
namespace {

std::string written(std::int64_t milliseconds, const char* how) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const auto bytes = std::strftime(text.data(), text.size(), how, &parts);
    return {text.data(), bytes};
}

}  // namespace

shown_file show(const file_row& row, sdk::id viewer) {
    const bool mine = row.uploader == viewer.number();
    shown_file made;
    made.file = sdk::id(row.id);
    made.conversation = sdk::id(row.conversation);
    if (row.message != 0) made.message = sdk::id(row.message);
    made.name = row.name;
    made.type = row.type;
    made.category = category_of(row);
    made.bytes = row.bytes;
    made.sha256 = row.sha256;
    made.state = state_of(row);
    if (mine) made.reason = row.reason;
    made.version = row.version;
    if (row.version_of != 0) made.version_of = sdk::id(row.version_of);
    made.mine = mine;
    made.in_place = is_shown_in_place(row.type);
    made.created_at = rfc3339(row.created);
    return made;
}

// The C locale: nothing in a server sets another one.
std::string rfc3339(std::int64_t milliseconds) { return written(milliseconds, "%Y-%m-%dT%H:%M:%SZ"); }
std::string http_date(std::int64_t milliseconds) { return written(milliseconds, "%a, %d %b %Y %H:%M:%S GMT"); }
std::string day_of(std::int64_t milliseconds) { return written(milliseconds, "%Y-%m-%d"); }

}  // namespace attachments
