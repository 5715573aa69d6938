// An edit: right, window, rules, revision, row, event.
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
    if (seen.row.author != who.id()) return seen.in.require(permission::messages_edit_others);
    if (auto may = seen.in.require(permission::messages_edit_own); !may) return may;
    if (!seen.in.is_member()) return not_allowed("Only members of the conversation may edit their messages in it.");
    const auto window = message_settings_of(env, by, seen.in.row).edit_window_seconds;
    if (window != message_settings::no_edit_window &&
        env.time.now() - seen.row.created_at >= std::chrono::seconds{window})
        return failure(fault::forbidden, "edit_window_over", "The time in which this message could be edited is over.");
    return {};
}

/// An edit that may be made, as far as that can be said before anybody judged it.
struct admitted {
    actor who;
    seen_message seen;
    boost::json::object data;  ///< as it is to be
    bool changes = false;
};

result<admitted> admit(const environment& env, reading& from, const caller& by, const edit_message_command& command) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, command.message);
    if (!seen) return std::unexpected(seen.error());
    if (auto may = may_edit(env, by, *who, *seen); !may) return std::unexpected(may.error());
    auto data = command.data.value_or(seen->row.data);
    if (auto fits = check_content(env, by, seen->in.row, seen->row.type, command.text, data); !fits)
        return std::unexpected(fits.error());
    const bool changes = command.text != seen->row.text || data != seen->row.data;
    return admitted{std::move(*who), std::move(*seen), std::move(data), changes};
}

/// The message with its new words: what was judged, where somebody did.
result<message> edited(const environment& env, reading& from, const caller& by, const edit_message_command& command,
                       const admitted& may, const judgement* as) {
    auto made = may.seen.row;
    made.text = as == nullptr ? command.text : as->text;
    made.data = as == nullptr ? may.data : as->data;
    if (as != nullptr) {
        made.type = as->type;
        // A message that readers have already seen cannot be taken back into the queue, so a hold refuses here.
        if (!as->holds.empty())
            return failure(fault::forbidden, "message_refused", fit_to_show(as->holds).front().reason, "text");
        if (auto fits = check_content(env, by, may.seen.in.row, made.type, made.text, made.data); !fits)
            return std::unexpected(fits.error());
    }
    made.mentions = mentioned_members(from, made.conversation, made.text);
    made.edited_at = env.time.now();
    return made;
}

result<edited_message> write_edit(const environment& env, writing& w, const caller& by,
                                  const edit_message_command& command, const judgement* as) {
    auto may = admit(env, w, by, command);
    if (!may) return std::unexpected(may.error());
    const auto reader = viewer_of(may->who, may->seen.in);
    if (!may->changes) return edited_message{view_of(w, std::move(may->seen.row)), reader};
    auto made = edited(env, w, by, command, *may, as);
    if (!made) return std::unexpected(made.error());
    keep_revision(w, may->seen.row, may->who.id(), *made->edited_at);
    w.update(rows(), *made);
    auto view = view_of(w, std::move(*made));
    w.append(events::message_edited(view, may->seen.row.mentions, *view.body->edited_at));
    return edited_message{std::move(view), reader};
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

result<unjudged_edit> prepare_edit(const environment& env, reading& from, const caller& by,
                                   const edit_message_command& command) {
    auto may = admit(env, from, by, command);
    if (!may) return std::unexpected(may.error());
    const auto reader = viewer_of(may->who, may->seen.in);
    if (!may->changes) return unjudged_edit{{view_of(from, std::move(may->seen.row)), reader}, {}};
    auto draft = edited(env, from, by, command, *may, nullptr);
    if (!draft) return std::unexpected(draft.error());
    return unjudged_edit{{{}, reader},
                         {.what = message_case::act::edit,
                          .tenant_name = by.tenant_name,
                          .draft = std::move(*draft),
                          .in = std::move(may->seen.in.row),
                          .author = may->who.account(),
                          .request_id = by.request_id}};
}

result<edited_message> edit_message(const environment& env, writing& w, const caller& by,
                                    const edit_message_command& command) {
    return write_edit(env, w, by, command, nullptr);
}

result<edited_message> edit_message(const environment& env, writing& w, const caller& by,
                                    const edit_message_command& command, const judgement& as) {
    return write_edit(env, w, by, command, &as);
}

result<std::vector<revision>> message_revisions(const environment& env, reading& from, const caller& by,
                                                message_id id) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    auto seen = access::see(env, from, *who, id);
    if (!seen) return std::unexpected(seen.error());
    if (seen->row.deleted_at && !seen->in.may(permission::messages_delete_others)) return no_such("message");
    return from.revisions(rows(), id);
}

}  // namespace parley::kernel
