// A client as the API documents describe one: takes a snapshot, loads history, and then follows events only.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "kernel/testing/house.hpp"

namespace parley::kernel::testing {

/// An event as a client takes it from its frame, with what goes without saying.
[[nodiscard]] boost::json::object heard_from(std::string_view frame);

/// An event as a reader's client has it after the WebSocket: with the members that were left out. Fails the test when
/// that is not what present() makes of it.
[[nodiscard]] boost::json::object as_heard(const event&, viewer);

/// Knows nothing of the kernel's types but through presented JSON, apart from the requests it makes.
class model_client {
public:
    model_client(house& at, user_id me) : house_(at), me_(me), me_text_(me.text()) {}

    /// Forgets all and takes a snapshot, with every message of every conversation.
    void start_afresh();
    /// One presented event. What the client knows already (by position) changes nothing.
    void apply(const boost::json::object& event);
    /// Reads the log until its end in pages of `limit` entries; starts afresh when the log says so.
    void catch_up(int limit);

    [[nodiscard]] position at() const { return at_; }
    /// The log was read up to here, and the rest of it was for others.
    void reached(position upto) { at_ = upto > at_ ? upto : at_; }
    /// All it knows, in one comparable value; the position apart.
    [[nodiscard]] boost::json::object state() const;

private:
    using json_object = boost::json::object;
    struct room {
        json_object conversation;
        json_object membership;
        std::map<std::string, json_object> members;    ///< by user id
        std::map<std::int64_t, json_object> messages;  ///< by sequence
        std::map<std::string, json_object> withheld;   ///< by message id
    };

    void on_message(const std::string& type, room&, const json_object& event);
    void on_created(room&, const json_object& data, const boost::json::value& at);
    void on_member(const std::string& type, room&, const json_object& data);
    void on_joined(const std::string& in, const json_object& data);
    void on_user(const json_object& who);
    void count(room&, const json_object& message, std::int64_t messages, std::int64_t mentions);
    [[nodiscard]] bool is_mine(const json_object& message) const;
    [[nodiscard]] bool names_me(const boost::json::value& ids) const;
    /// Messages up to a sequence, members and what is withheld, as requests give them now.
    void load(conversation_id, room&, sequence upto);

    house& house_;
    user_id me_;
    std::string me_text_;
    position at_ = 0;
    json_object self_;
    std::map<std::string, room> rooms_;
    std::map<std::string, json_object> people_;
};

/// What a client that followed knows otherwise than a fresh one, path by path; empty when they know the same.
[[nodiscard]] std::string difference(const model_client& followed, house&, user_id);

}  // namespace parley::kernel::testing
