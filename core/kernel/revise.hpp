// Keeping what a message said before it is changed.
#pragma once

#include "kernel/access.hpp"

namespace parley::kernel {

/// Stores the text and data as the message's next revision.
void keep_revision(writing&, const message& as_it_was, user_id editor, moment now);

}  // namespace parley::kernel
