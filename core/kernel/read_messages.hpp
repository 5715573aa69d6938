// Reading: history pages, threads, single messages, and what waits for a verdict.
#pragma once

#include <vector>

#include "kernel/access.hpp"
#include "kernel/present.hpp"

namespace parley::kernel {

/// The most messages one page has.
inline constexpr int max_page = 200;
/// `invalid`, naming the field, unless a page can have so many entries.
[[nodiscard]] result<void> check_limit(int limit);

struct message_page {
    std::vector<message_view> messages;  ///< in growing sequence (withheld ones: by id)
    sequence last_sequence = 0;          ///< of the conversation
    bool more_before = false;
    bool more_after = false;
    viewer reader;
};

/// `limit` 1 to max_page. Deleted messages keep their place, without words.
[[nodiscard]] result<message_page> read_history(const environment&, reading&, const caller&, conversation_id,
                                                page_range);
/// The message of that sequence in the middle, half the limit on each side.
[[nodiscard]] result<message_page> read_around(const environment&, reading&, const caller&, conversation_id,
                                               sequence middle, int limit);
/// A thread's replies after `after`.
[[nodiscard]] result<message_page> read_thread(const environment&, reading&, const caller&, message_id root,
                                               sequence after, int limit);
/// Held and rejected messages: one's own, or everybody's for reviewers.
[[nodiscard]] result<message_page> read_withheld(const environment&, reading&, const caller&, conversation_id,
                                                 message_id after, int limit);

struct one_message {
    message_view view;
    viewer reader;
};
[[nodiscard]] result<one_message> read_message(const environment&, reading&, const caller&, message_id);

}  // namespace parley::kernel
