// Operations as clients call them, over the kernel's house in memory; every answer is held against its schema.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/testing/house.hpp"
#include "transport/issuer_keys.hpp"
#include "transport/live.hpp"
#include "transport/oidc_client.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::transport::testing {

/// Writes down what it is told, and says that everybody asked for is online.
class noted_live final : public live {
public:
    std::vector<std::string> notes;

    void typing(tenant_id, conversation_id, user_id, std::chrono::seconds lasts) override {
        notes.push_back("typing for " + std::to_string(lasts.count()));
    }
    void stopped_typing(tenant_id, conversation_id, user_id) override { notes.emplace_back("stopped typing"); }
    void choose_presence(tenant_id, user_id, kernel::presence chosen) override {
        notes.push_back("chose " + std::string(kernel::name_of(chosen)));
    }
    void presence_of(tenant_id, std::vector<user_id> users,
                     std::move_only_function<void(std::vector<seen_presence>)> answer) override;
    void attendance_of(tenant_id, std::move_only_function<void(kernel::presence_board::attendance)> answer) override {
        answer({.people = 2, .devices = 3});
    }
    void wait_for_events(call it) override {
        notes.push_back("waits after " + std::to_string(it.in.integer("since", -1)));
        it.reply(answer{200,
                        {{"events", boost::json::array()},
                         {"upto", 0},
                         {"log_end", 0},
                         {"more", false},
                         {"passing", boost::json::array()},
                         {"heard", 0}}});
    }
    void session_changed(token_id which) override { notes.push_back("changed " + which.text()); }
};

class front {
public:
    kernel::testing::house house;
    noted_live room;
    std::vector<http_header> headers;  ///< of the last answer
    bool hashing_refused = false;
    token_id session;     ///< the token that calls come with
    kernel::caller like;  ///< its stage, scope, address and name go with every call
    kernel::sign_in_brake brake{house.time};
    kernel::audit_pace pace{house.time};
    /// Answers for the open internet; there is none until the test makes one.
    issuer_keys::fetch fetch = [](const web_request&, web_answered answer) {
        answer(failure(fault::unavailable, "web_away", "There is no network here."));
    };
    issuer_keys keys{house.time,
                     [this](web_request wanted, web_answered answer) { fetch(std::move(wanted), std::move(answer)); }};
    operation_catalogue catalogue;

    oidc_client providers{
        house.time,
        [this](web_request wanted, web_answered answer) { fetch(std::move(wanted), std::move(answer)); },
        {}};
    std::shared_ptr<const http_request> request;  ///< what operations over HTTP alone see

    /// What the operation answers; the status, and under "body" or "problem" the rest.
    boost::json::object call(std::string_view name, user_id by, boost::json::object given);
    /// The body of a call that has to succeed with this status.
    boost::json::object ask(std::string_view name, user_id by, boost::json::object given, int status = 200);
    /// The code of the problem of a call that has to fail.
    std::string code(std::string_view name, user_id by, boost::json::object given);

    [[nodiscard]] services& parts() { return with_; }

    user_id add_user_with_password(std::string username, std::string_view password);

private:
    services with_{.env = house.env,
                   .store = house.store,
                   .room = room,
                   .hash_later = [this](std::move_only_function<void(bool)> work) { work(hashing_refused); },
                   .brake = brake,
                   .pace = pace,
                   .keys = keys,
                   .providers = providers,
                   .judges = house.judges,
                   .messages = house.messages,
                   .catalogue = catalogue};
};

/// A member of a body as text.
[[nodiscard]] std::string text_of(const boost::json::object& body, std::string_view name);

}  // namespace parley::transport::testing
