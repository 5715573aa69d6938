// The moment a message becomes everybody's, whether it was just sent or held until now.
#pragma once

#include "kernel/access.hpp"

namespace parley::kernel {

enum class message_row : std::uint8_t { is_new = 1, is_stored };

/// Gives the message its sequence, stores it, adds it to its thread and appends message.created, with the view that is
/// the answer.
[[nodiscard]] message_view number_and_announce(writing&, conversation&, message, moment now, message_row);

}  // namespace parley::kernel
