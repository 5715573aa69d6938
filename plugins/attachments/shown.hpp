// A file as clients are shown it. Never who brought it: the author may have spoken as a persona.
#pragma once

#include <string>
#include <vector>

#include "attachments/contract.hpp"
#include "entities.hpp"

namespace attachments {

struct shown_file {
    sdk::id file;
    sdk::id conversation;
    std::optional<sdk::id> message;
    std::string name;
    std::string type;
    file_category category = file_category::other;
    std::int64_t bytes = 0;
    std::string sha256;  ///< empty until it was read through
    file_state state = file_state::uploading;
    std::string reason;  ///< for its uploader
    std::int64_t version = 1;
    std::optional<sdk::id> version_of;
    bool mine = false;
    bool in_place = false;  ///< may be shown as it is; otherwise it is a download
    std::string created_at;
};
BOOST_DESCRIBE_STRUCT(shown_file, (),
                      (file, conversation, message, name, type, category, bytes, sha256, state, reason, version,
                       version_of, mine, in_place, created_at))

struct shown_files {
    std::vector<shown_file> files;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(shown_files, (), (files, more))

[[nodiscard]] shown_file show(const file_row&, sdk::id viewer);

/// "2026-01-31T12:00:00Z", and as HTTP has it, "Sat, 31 Jan 2026 12:00:00 GMT".
[[nodiscard]] std::string rfc3339(std::int64_t milliseconds);
[[nodiscard]] std::string http_date(std::int64_t milliseconds);
/// "2026-01-31"
[[nodiscard]] std::string day_of(std::int64_t milliseconds);

}  // namespace attachments
