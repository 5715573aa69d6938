// Deleting a message: softly, the words are gone for all and the place stays; or hard, for good.
#pragma once

#include "kernel/access.hpp"

namespace parley::kernel {

enum class deletion : std::uint8_t {
    soft = 1,  ///< the row stays for audit
    hard       ///< message, revisions and all that hangs on them go; takes messages.delete_hard
};

/// Appends message.deleted or message.purged; deleting softly twice changes nothing. Own messages as the
/// conversation's kind says; others' with messages.delete_others or as the conversation's admin.
[[nodiscard]] result<void> delete_message(const environment&, writing&, const caller&, message_id, deletion);

}  // namespace parley::kernel
