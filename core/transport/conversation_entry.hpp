// A conversation together with the reader's own membership of it.
#pragma once

#include <boost/json/object.hpp>

#include "kernel/read_conversations.hpp"

namespace parley::transport {

/// {"conversation": ..., "membership": ... or null for who is not a member}.
[[nodiscard]] boost::json::object present(const kernel::listed_conversation&);

/// The state of `as` in `in` now, from the rows.
[[nodiscard]] kernel::listed_conversation entry_of(kernel::reading&, conversation in, const kernel::conversation_kind*,
                                                   const std::optional<member>& as);

}  // namespace parley::transport
