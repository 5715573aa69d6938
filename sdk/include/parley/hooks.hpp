// What a hook is shown, and what it may say about it.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parley/abi/ext/hooks.h"
#include "parley/call.hpp"

namespace parley::sdk {

namespace detail {

template <class Text>
struct draft_members {
    id message;  ///< of an edit; none: it is new
    id conversation;
    id author;
    id reply_to;
    id thread_root;
    std::int64_t at = 0;     ///< when it was asked for
    Text conversation_kind;  ///< "channel"
    Text author_name;        ///< the username
    Text author_role;        ///< the role's name
    Text type;               ///< "text"
    Text text;
    Text data;  ///< a JSON object as text, because most hooks do not look into it

    draft_members() = default;
    explicit draft_members(const parley_message_draft& from)
        : message(from.message),
          conversation(from.conversation),
          author(from.author),
          reply_to(from.reply_to),
          thread_root(from.thread_root),
          at(from.at),
          conversation_kind(view(from.conversation_kind)),
          author_name(view(from.author_name)),
          author_role(view(from.author_role)),
          type(view(from.type)),
          text(view(from.text)),
          data(view(from.data)) {}
};

}  // namespace detail

/// A message that is about to be stored, or an edit that is about to be made; views that are good until the hook
/// returns. For hooks that decide at once. since 1.0
class draft : public detail::draft_members<std::string_view> {
public:
    draft(const parley_scope& where, const parley_message_draft& what)
        : draft_members(what), tenant(where.tenant), where_(&where) {}

    id tenant;

    [[nodiscard]] std::string_view tenant_name() const { return detail::view(where_->tenant_name); }
    [[nodiscard]] std::string_view model() const { return detail::view(where_->model); }
    /// As scope::settings.
    template <class T>
    [[nodiscard]] std::shared_ptr<const T> settings() const {
        return detail::settings_as<T>(where_->settings);
    }

private:
    const parley_scope* where_;
};

/// The same, copied, with everything that a scope can ask for. For hooks that are coroutines. since 1.0
class kept_draft : public scope, public detail::draft_members<std::string> {
public:
    kept_draft() = default;
    kept_draft(const parley_scope& where, const parley_message_draft& what) : scope(where), draft_members(what) {}
};

/// What a check says: pass or refuse. since 1.0
class verdict {
public:
    [[nodiscard]] parley_status status() const { return status_; }
    [[nodiscard]] const std::string& code() const { return code_; }
    [[nodiscard]] const std::string& sentence() const { return sentence_; }

protected:
    verdict(parley_status status, std::string code, std::string sentence)
        : status_(status), code_(std::move(code)), sentence_(std::move(sentence)) {}

private:
    friend verdict pass();
    friend verdict refuse(std::string, std::string);

    parley_status status_;
    std::string code_;
    std::string sentence_;
};

/// What a check of message.send says: pass, refuse or hold. since 1.0
class send_verdict : public verdict {
public:
    send_verdict(verdict from) : verdict(std::move(from)) {}

private:
    friend send_verdict hold(std::string);
    using verdict::verdict;
};

[[nodiscard]] inline verdict pass() { return {PARLEY_OK, {}, {}}; }
/// The author reads the sentence; programs read the code ("word_refused").
[[nodiscard]] inline verdict refuse(std::string code, std::string sentence) {
    return {PARLEY_REFUSED, std::move(code), std::move(sentence)};
}
/// Stored, but seen by its author and reviewers alone until scope::release, scope::reject or a reviewer decides.
[[nodiscard]] inline send_verdict hold(std::string sentence) { return {PARLEY_HELD, {}, std::move(sentence)}; }

/// What an amend hook says: what changes; what is not set stays. To refuse, return an error made by sdk::refused.
/// since 1.0
struct amendment {
    std::optional<std::string> type{};
    std::optional<std::string> text{};
    std::optional<json::object> data{};
};

/// From an amend hook that returns result<amendment>: no.
[[nodiscard]] inline error refused(std::string code, std::string sentence) {
    return {PARLEY_REFUSED, std::move(code), std::move(sentence)};
}

}  // namespace parley::sdk
