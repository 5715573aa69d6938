// An edit: right, window, rules, checks, revision, row, event.
#include "kernel/edit_message.hpp"

#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/revise.hpp"
#include "kernel/settings_of.hpp"

namespace parley::kernel {
namespace {

result<void> may_edit(const environment& env, const caller& by, const actor& who, const seen_message& seen) {
    if (seen.in.row.archived_at)
        return failure(fault::conflict, "conversation_archived",
                       "The conversation is archived; nothing can be changed.");
    if (seen.row.deleted_at) return failure(fault::conflict, "message_deleted", "A deleted message cannot be edited.");
    if (seen.row.state != message_state::published)
        return failure(fault::conflict, "message_not_published", "Only a published message can be edited.");
    if (seen.row.author != who.id()) return who.require(permission::messages_edit_others);
    if (auto may = who.require(permission::messages_edit_own); !may) return may;
    if (!seen.in.is_member()) return not_allowed("Only members of the conversation may edit their messages in it.");
    const auto window = message_settings_of(env, by, seen.in.row).edit_window_seconds;
    if (window != message_settings::no_edit_window &&
        env.time.now() - seen.row.created_at >= std::chrono::seconds{window})
        return failure(fault::forbidden, "edit_window_over", "The time in which this message could be edited is over.");
    return {};
}

}  // namespace

void keep_revision(writing& w, const message& as_it_was, user_id editor, moment now) {
    const auto before = w.revisions(rows(), as_it_was.id).size();
    w.insert(rows(), revision{.message = as_it_was.id,
                              .number = static_cast<std::int32_t>(before) + 1,
                              .text = as_it_was.text,
                              .data = as_it_was.data,
                              .editor = editor,
                              .replaced_at = now});
}

result<message_view> edit_message(const environment& env, writing& w, const caller& by,
                                  const edit_message_command& command) {
    auto who = access::authorise(w, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, w, *who, command.message);
    if (!seen) return std::unexpected(seen.error());
    if (auto may = may_edit(env, by, *who, *seen); !may) return std::unexpected(may.error());
    const auto data = command.data.value_or(seen->row.data);
    if (auto fits = check_content(env, by, seen->in.row, seen->row.type, command.text, data); !fits)
        return std::unexpected(fits.error());
    if (command.text == seen->row.text && data == seen->row.data) return view_of(w, std::move(seen->row));

    const auto now = env.time.now();
    auto edited = seen->row;
    edited.text = command.text;
    edited.data = data;
    edited.mentions = mentioned_members(w, edited.conversation, edited.text);
    edited.edited_at = now;
    // A message that readers have already seen cannot be taken back into the queue, so a hold refuses here.
    const auto said = judge(env, edited, seen->in.row, who->account());
    if (said.said != verdict::outcome::pass) return failure(fault::forbidden, "message_refused", said.reason, "text");
    keep_revision(w, seen->row, who->id(), now);
    w.update(rows(), edited);
    auto view = view_of(w, std::move(edited));
    w.append(events::message_edited(view, seen->row.mentions, now));
    return view;
}

result<std::vector<revision>> message_revisions(const environment& env, reading& from, const caller& by,
                                                message_id id) {
    auto who = access::authorise(from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, id);
    if (!seen) return std::unexpected(seen.error());
    if (seen->row.deleted_at && !who->may(permission::messages_delete_others)) return no_such("message");
    return from.revisions(rows(), id);
}

}  // namespace parley::kernel
