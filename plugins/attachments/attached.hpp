// The member "files" of a message's data: read strictly, and written by this plugin alone.
#pragma once

#include <parley/result.hpp>
#include <string>
#include <vector>

#include "attachments/contract.hpp"
#include "entities.hpp"

namespace attachments {

/// What a client says, in its order; empty when it says nothing. Errors: PARLEY_REFUSED "files_invalid".
[[nodiscard]] sdk::result<std::vector<sdk::id>> read_attached(const sdk::json::object& data);
/// The same of what is stored already: what is no id is left out, and what is left of removed files.
[[nodiscard]] std::vector<sdk::id> attached_in(const sdk::json::object& data);
/// {"file","removed":true}: what is left in a message of a file that is gone.
[[nodiscard]] sdk::json::object left_of(sdk::id file);
/// The files of which only that is left.
[[nodiscard]] std::vector<sdk::id> removed_in(const sdk::json::object& data);

/// {"file","name","type","bytes","category"}: what everybody who sees the message is told.
[[nodiscard]] sdk::json::object described(const file_row&);

/// Who wants to send what where.
struct sending {
    sdk::id author;
    sdk::id conversation;
};
/// PARLEY_REFUSED with a code for the author, unless this file is the author's, of that conversation and of no message
/// yet; whatever its state.
[[nodiscard]] sdk::result<void> check_unsent(const file_row*, const sending&);
/// The same, unless this file can be sent so.
[[nodiscard]] sdk::result<void> check_sending(const file_row*, const sending&);

}  // namespace attachments
