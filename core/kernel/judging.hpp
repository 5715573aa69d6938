// Where plugins judge what is about to happen: what they are shown, what they may say, and the port that asks them.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "kernel/environment.hpp"
#include "model/conversation.hpp"
#include "model/message.hpp"
#include "model/user.hpp"

namespace parley::kernel {

/// A message that is about to be sent or changed, as it was found outside of the transaction that will write it.
struct message_case {
    enum class act : std::uint8_t { send = 1, edit };
    act what = act::send;
    std::string tenant_name;
    message draft;  ///< of an edit: the message with its new words
    conversation in;
    user author;  ///< who asks; of an edit it may be another than the message's author
    std::string request_id;
};

/// What the judges made of a draft. What is written is exactly this type, text and data, or nothing.
struct judgement {
    std::string type;
    std::string text;
    boost::json::object data;
    std::vector<hold> holds;  ///< empty: it may be published at once
};

/// Another change that is about to be made, as it was asked for. Rights are checked when it is made, so judges also see
/// what will be refused anyway.
struct change_case {
    std::string_view change;  ///< "member.add"; static
    tenant_id tenant;
    std::string tenant_name;
    user_id by;
    std::string request_id;
    boost::json::object input;
    caller asker{};  ///< as whom a judge may read
};

/// Asks whoever may judge, in their order, and lets none of them keep the answer for ever. Any thread; judge() is
/// called on threads of the store and of connections, so what takes long is done elsewhere. A second answer, and one
/// that never comes because its callback was let go of, are harmless: the first is ignored, the other is `unavailable`.
class judges {
public:
    virtual ~judges() = default;

    /// Whether there is anybody to ask in this tenant: "message.send", "message.edit", "member.add". Costs next to
    /// nothing, because it is asked for every message.
    [[nodiscard]] virtual bool any(std::string_view tenant_name, std::string_view what) const = 0;

    /// Calls back exactly once, on any thread, also from inside: with what may be written, or `forbidden` with the code
    /// and the sentence of who refused, `unavailable` when somebody who must be heard could not be.
    virtual void judge(message_case, std::move_only_function<void(result<judgement>)>) = 0;
    virtual void judge(change_case, std::move_only_function<void(result<void>)>) = 0;
};

/// Where there are no plugins: nobody is ever asked.
class no_judges final : public judges {
public:
    [[nodiscard]] bool any(std::string_view, std::string_view) const override { return false; }
    void judge(message_case of, std::move_only_function<void(result<judgement>)> answer) override {
        answer(judgement{std::move(of.draft.type), std::move(of.draft.text), std::move(of.draft.data), {}});
    }
    void judge(change_case, std::move_only_function<void(result<void>)> answer) override { answer({}); }
};

}  // namespace parley::kernel
