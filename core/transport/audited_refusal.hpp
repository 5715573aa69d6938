// Refusals that go into the audit log. What refuses writes nothing, so each is a small write of its own; the client is
// answered when it is done.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "kernel/audit.hpp"
#include "transport/operations.hpp"

namespace parley::transport {

/// Whether a refusal of this kind and origin is to be written at all.
enum class told : std::uint8_t { each = 1, once_a_minute };

/// A way in that was refused.
struct refused_entry {
    std::string name;  ///< as it was given
    user_id account;   ///< whom it would have been; none: nobody
    told how_often = told::each;
};
/// Writes down the refusal of a way in and then replies with `why`.
void refuse_entry(services&, kernel::caller by, refused_entry, error why, answered reply);

/// Writes down that somebody who is signed in was refused, once a minute for each user and operation, and then replies
/// with `why`. `subject_kind` may be empty.
void refuse_deed(services&, const kernel::caller& by, std::string_view operation, std::string_view subject_kind,
                 std::int64_t subject, error why, answered reply);

/// As writes(), and who lacks a permission for it is written down. `subject` is the field with the id of what it is
/// about, and names its kind; empty: it is about nothing that is there.
[[nodiscard]] std::function<void(call)> guarded(std::string_view operation, std::string_view subject, write_work);

}  // namespace parley::transport
