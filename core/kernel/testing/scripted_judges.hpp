// Judges who do as the test says.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/judging.hpp"

namespace parley::kernel::testing {

/// Until the test says otherwise, holds what says "(hold)" and refuses what says "(refuse)".
class scripted_judges final : public judges {
public:
    using message_answer = std::move_only_function<void(result<judgement>)>;
    using change_answer = std::move_only_function<void(result<void>)>;

    std::vector<std::string> asked;     ///< what was judged, in order: "message.send hello", "member.add"
    std::vector<std::string> unjudged;  ///< changes and messages that nobody here cares for
    std::function<void(message_case, message_answer)> on_message = judge_by_words;
    std::function<void(change_case, change_answer)> on_change = [](change_case, change_answer answer) { answer({}); };

    [[nodiscard]] bool any(std::string_view, std::string_view what) const override {
        for (const auto& one : unjudged)
            if (one == what) return false;
        return true;
    }
    void judge(message_case of, message_answer answer) override {
        asked.push_back((of.what == message_case::act::send ? "message.send " : "message.edit ") + of.draft.text);
        on_message(std::move(of), std::move(answer));
    }
    void judge(change_case of, change_answer answer) override {
        asked.emplace_back(of.change);
        on_change(std::move(of), std::move(answer));
    }

    [[nodiscard]] static judgement pass(const message& draft) { return {draft.type, draft.text, draft.data, {}}; }
    static void judge_by_words(message_case of, message_answer answer) {
        if (of.draft.text.find("(refuse)") != std::string::npos)
            return answer(failure(fault::forbidden, "message_refused", "Not here.", "text"));
        auto said = pass(of.draft);
        if (of.draft.text.find("(hold)") != std::string::npos)
            said.holds = {{.holder = "words", .reason = "Somebody looks at it.", .lifted_by = hold::until::review}};
        answer(std::move(said));
    }
};

}  // namespace parley::kernel::testing
