// The life of a message begins here: right, rules, row, event.
#include "kernel/send_message.hpp"

#include <algorithm>

#include "kernel/events.hpp"
#include "kernel/message_draft.hpp"
#include "kernel/publish.hpp"

namespace parley::kernel {
namespace {

constexpr std::size_t max_key_bytes = 64;
constexpr std::size_t max_participants = 20;

/// A message that can be answered: in the same conversation, published, not deleted.
result<message> answerable(const environment& env, reading& from, const actor& who, conversation_id in, message_id id,
                           std::string_view field) {
    auto found = access::see(env, from, who, id);
    if (!found || found->row.conversation != in || found->row.state != message_state::published ||
        found->row.deleted_at)
        return invalid("message_unknown", "There is no such message in this conversation.", std::string(field));
    return std::move(found->row);
}

result<message> draft_of(const environment& env, reading& from, const actor& who, const send_message_command& command,
                         moment now) {
    message draft{.tenant = from.tenant(),
                  .conversation = command.conversation,
                  .author = who.id(),
                  .shown = command.shown.value_or(shown_identity{.id = who.id().value, .name = {}, .avatar = {}}),
                  .type = command.type,
                  .text = command.text,
                  .data = command.data,
                  .thread = {},
                  .state_reason = {},
                  .holds = {},
                  .client_key = command.client_key,
                  .mentions = {},
                  .created_at = now};
    if (command.reply_to) {
        auto original = answerable(env, from, who, command.conversation, command.reply_to, "reply_to");
        if (!original) return std::unexpected(original.error());
        draft.reply_to = original->id;
    }
    if (command.thread_root) {
        auto root = answerable(env, from, who, command.conversation, command.thread_root, "thread_root");
        if (!root) return std::unexpected(root.error());
        draft.thread_root = root->thread_root ? root->thread_root : root->id;
    }
    return draft;
}

/// What may be sent, as far as that can be said before anybody judged it.
struct admitted {
    actor who;
    seen_conversation in;
    std::optional<message> before;  ///< the key was used for this one, and nothing else was looked at
};

result<admitted> admit(const environment& env, reading& from, const caller& by, const send_message_command& command) {
    auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    if (command.client_key.size() > max_key_bytes)
        return invalid("key_too_long", "A client key is at most 64 bytes.", "client_key");
    auto in = access::enter(env, from, *who, command.conversation);
    if (!in) return std::unexpected(in.error());
    if (!command.client_key.empty())
        if (auto before = from.find_by_client_key(rows(), who->id(), command.client_key)) {
            if (before->conversation != command.conversation)
                return failure(fault::conflict, "key_reused", "This key was used for another conversation.",
                               "client_key");
            return admitted{std::move(*who), std::move(*in), std::move(before)};
        }
    if (auto may = access::takes_messages(*in); !may) return std::unexpected(may.error());
    if (auto fits = check_content(env, by, in->row, command.type, command.text, command.data); !fits)
        return std::unexpected(fits.error());
    return admitted{std::move(*who), std::move(*in), std::nullopt};
}

/// The draft becomes what was judged, which is looked at as closely as what a client sends.
result<void> take_judgement(const environment& env, const caller& by, const conversation& in, message& draft,
                            const judgement& as) {
    if (auto fits = check_content(env, by, in, as.type, as.text, as.data); !fits) return fits;
    draft.type = as.type;
    draft.text = as.text;
    draft.data = as.data;
    draft.holds = fit_to_show(as.holds);
    return {};
}

result<sent_message> write_message(const environment& env, writing& w, const caller& by,
                                   const send_message_command& command, const judgement* as) {
    auto may = admit(env, w, by, command);
    if (!may) return std::unexpected(may.error());
    if (may->before) return sent_message{view_of(w, std::move(*may->before)), true};
    const auto now = env.time.now();
    auto draft = draft_of(env, w, may->who, command, now);
    if (!draft) return std::unexpected(draft.error());
    if (as != nullptr)
        if (auto fits = take_judgement(env, by, may->in.row, *draft, *as); !fits) return std::unexpected(fits.error());
    draft->mentions = mentioned_members(w, command.conversation, draft->text);
    draft->id = env.ids.next<message_id>();
    if (!draft->holds.empty()) {
        draft->state = message_state::held;
        draft->state_reason = draft->holds.front().reason;
        w.insert(rows(), *draft);
        auto view = view_of(w, *draft);
        w.append(events::message_held(view, now));
        return sent_message{std::move(view)};
    }
    return sent_message{number_and_announce(w, may->in.row, std::move(*draft), now, message_row::is_new)};
}

/// A new reply only ever adds to its thread, so nothing has to be counted again.
std::optional<message> add_to_thread(writing& w, const message& reply) {
    if (!reply.thread_root) return std::nullopt;
    auto root = w.find_message(rows(), reply.thread_root);
    if (!root) return std::nullopt;
    root->thread.replies += 1;
    root->thread.last_reply_at = reply.created_at;
    auto& known = root->thread.participants;
    if (known.size() < max_participants && std::ranges::find(known, reply.shown) == known.end())
        known.push_back(reply.shown);
    w.update(rows(), *root);
    return root;
}

}  // namespace

message_view number_and_announce(writing& w, conversation& in, message what, moment now, message_row stored) {
    what.state = message_state::published;
    what.state_reason.clear();
    what.holds.clear();
    what.created_at = now;
    what.seq = ++in.last_sequence;
    in.last_message_at = now;
    w.update(rows(), in);
    if (stored == message_row::is_new)
        w.insert(rows(), what);
    else
        w.update(rows(), what);
    const auto root = add_to_thread(w, what);
    auto view = view_of(w, std::move(what));
    w.append(events::message_created(view, root ? &*root : nullptr, now));
    return view;
}

result<unjudged_message> prepare_message(const environment& env, reading& from, const caller& by,
                                         const send_message_command& command) {
    auto may = admit(env, from, by, command);
    if (!may) return std::unexpected(may.error());
    if (may->before) return unjudged_message{view_of(from, std::move(*may->before)), {}};
    auto draft = draft_of(env, from, may->who, command, env.time.now());
    if (!draft) return std::unexpected(draft.error());
    draft->mentions = mentioned_members(from, command.conversation, draft->text);
    return unjudged_message{{},
                            {.what = message_case::act::send,
                             .tenant_name = by.tenant_name,
                             .draft = std::move(*draft),
                             .in = std::move(may->in.row),
                             .author = may->who.account(),
                             .request_id = by.request_id}};
}

result<sent_message> send_message(const environment& env, writing& w, const caller& by,
                                  const send_message_command& command) {
    return write_message(env, w, by, command, nullptr);
}

result<sent_message> send_message(const environment& env, writing& w, const caller& by,
                                  const send_message_command& command, const judgement& as) {
    return write_message(env, w, by, command, &as);
}

}  // namespace parley::kernel
