// Which files are taken here.
#pragma once

#include <parley/result.hpp>
#include <string>
#include <string_view>

#include "attachments/contract.hpp"
#include "attachments/type_glob.hpp"
#include "settings.hpp"

namespace attachments {

/// How many bytes one file may have, by what it is; and the most of any.
[[nodiscard]] std::int64_t most_bytes(const settings&, file_category);
[[nodiscard]] std::int64_t most_bytes(const settings&);

struct judged_type {
    std::string type;
    file_category category = file_category::other;
};

/// From what its content looks like to libmagic and its cleaned name. Errors: too_large "file_too_large", and `invalid`
/// "type_refused", "type_mismatch".
[[nodiscard]] sdk::result<judged_type> judge_type(std::string_view found, const std::string& name, std::int64_t bytes,
                                                  const settings&);

}  // namespace attachments
