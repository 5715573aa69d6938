// People who do everything a server lets them do, at random; and, beside it, a naive account of what that should mean.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "kernel/testing/house.hpp"

namespace parley::kernel::testing {

class random_life {
public:
    explicit random_life(std::uint64_t seed);

    /// One operation by somebody; most succeed, many are rightly refused.
    void step();

    house inn;
    std::vector<user_id> people;
    std::vector<conversation_id> conversations;

    /// What was done last, for the message of a failing test.
    [[nodiscard]] const std::string& last_done() const { return last_done_; }
    /// How often each operation took effect, so that a test can see that nothing was left out.
    [[nodiscard]] const std::map<std::string, int>& done() const { return done_; }

    // The naive account, made from what was asked for and never from the store.
    struct said {
        message_id id;
        conversation_id in;
        user_id author;
        std::set<user_id> names;
        sequence seq = 0;  ///< 0 while held
        bool counts = false;
    };
    /// Of the members of each conversation, how far each has read.
    std::map<conversation_id, std::map<user_id, sequence>> read;
    std::map<conversation_id, sequence> last;
    std::vector<said> messages;
    [[nodiscard]] unread_counts expected_unread(user_id, conversation_id) const;

    /// A whole number from 0 to below `below`.
    [[nodiscard]] int roll(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

private:
    template <class From>
    const auto& any(const From& from) {
        return from[static_cast<std::size_t>(roll(static_cast<int>(from.size())))];
    }
    /// Mostly one of the member's conversations.
    conversation_id any_conversation(user_id of);
    std::string some_text();
    std::set<user_id> named_in(const std::string& text, conversation_id) const;
    message_id some_message(conversation_id);

    void send();
    void resend();
    void edit();
    void remove_message();
    void review();
    void move_read_position();
    void change_own_membership();
    void come_or_go();
    void change_members();
    void change_conversation_row();
    void new_conversation();
    void change_person();
    void change_grant();
    void change_role();

    void came(conversation_id, user_id);
    void went(conversation_id, user_id);
    template <class T>
    bool note(const std::string& what, const result<T>& answer) {
        last_done_ = what + ": " + code_of(answer);
        if (answer) ++done_[what];
        return answer.has_value();
    }

    std::mt19937_64 random_;
    std::vector<std::string> names_;
    std::string last_done_;
    std::map<std::string, int> done_;
    int keys_ = 0;
};

}  // namespace parley::kernel::testing
