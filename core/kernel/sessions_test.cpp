// Sessions: what is given, how long it is good, what ends it.
#include "kernel/sessions.hpp"

#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "base/totp.hpp"
#include "kernel/accounts.hpp"
#include "kernel/guests.hpp"
#include "kernel/passwords.hpp"
#include "kernel/second_factors.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using testing::fault_of;
using namespace std::chrono_literals;

class sessions : public ::testing::Test {
protected:
    testing::house inn;
    user_id root = inn.add_user("root", "admin");
    user_id ann = inn.add_user("ann");
    user_id bob = inn.add_user("bob");

    opened_session open(user_id owner, caller by) {
        return inn
            .write([&](writing& w) {
                return open_session(inn.env, w, by,
                                    {.owner = owner, .kind = token_kind::password, .name = "Phone", .ends_at = {}});
            })
            .value();
    }
    opened_session open(user_id owner) { return open(owner, inn.system()); }
    result<refreshed_session> refresh(std::string_view token) {
        return inn.write([&](writing& w) { return refresh_session(inn.env, w, inn.system(), token); });
    }
    [[nodiscard]] access_token stored(token_id id) { return inn.rows().tokens.at(id); }
    [[nodiscard]] bool opens(const std::string& token) {
        const auto row = inn.store.find_token(token_digest(token));
        return row && is_good(*row, inn.time.now());
    }
    [[nodiscard]] caller in(const opened_session& one) {
        auto by = inn.as(one.row.user);
        by.session = one.row.id;
        return by;
    }
    result<void> set_password(user_id who, std::string hash) {
        const change_account_command command{.user = who, .role = {}, .password_hash = std::move(hash), .disabled = {}};
        if (auto done = inn.write([&](writing& w) { return change_account(inn.env, w, inn.system(), command); }); !done)
            return std::unexpected(done.error());
        return {};
    }
};

TEST_F(sessions, keep_digests_and_say_where_they_are_from) {
    auto by = inn.system();
    by.address = "10.0.0.7";
    by.user_agent = "Mozilla\x1b[31m " + std::string(500, 'x') + "\xff";
    const auto made = open(ann, by);
    const auto row = stored(made.row.id);
    EXPECT_EQ(row.address, "10.0.0.7");
    EXPECT_EQ(row.user_agent.find('\x1b'), std::string::npos);
    EXPECT_LE(row.user_agent.size(), 200U);
    EXPECT_EQ(row.digest, token_digest(made.token));
    for (const auto& secret : {made.token, made.refresh_token.substr(4)})
        for (const auto& kept : {row.digest, row.family, row.refresh_digest})
            EXPECT_EQ(secret.find(kept), std::string::npos);
}

TEST_F(sessions, are_refreshed_again_and_again) {
    inn.settings.now.sessions.access_minutes = 30;
    inn.settings.now.sessions.session_days = 7;
    auto now = open(ann);
    EXPECT_EQ(now.row.expires_at, inn.time.now() + 30min);
    for (int i = 0; i < 20; ++i) {
        inn.time.advance(24h);
        EXPECT_FALSE(opens(now.token)) << "the access token is over";
        const auto next = refresh(now.refresh_token);
        ASSERT_TRUE(next && next->opened);
        EXPECT_TRUE(opens(next->opened->token));
        EXPECT_FALSE(opens(now.token));
        EXPECT_EQ(next->session.id, now.row.id) << "it is the same session";
        now = *next->opened;
    }
    inn.time.advance(std::chrono::days{7});
    EXPECT_EQ(code_of(refresh(now.refresh_token)), "refresh_invalid") << "not refreshed for too long";
}

TEST_F(sessions, end_when_a_refresh_token_is_used_twice) {
    const auto first = open(ann);
    const auto other = open(ann);
    const auto second = *refresh(first.refresh_token)->opened;
    const auto third = *refresh(second.refresh_token)->opened;
    EXPECT_TRUE(opens(third.token));
    const auto reused = refresh(first.refresh_token);
    ASSERT_TRUE(reused);
    EXPECT_FALSE(reused->opened);
    EXPECT_FALSE(opens(third.token)) << "the thief's, or the victim's: nobody can tell";
    EXPECT_EQ(code_of(refresh(third.refresh_token)), "refresh_invalid");
    EXPECT_TRUE(opens(other.token)) << "another session is another matter";
    const auto said = inn.log_after(inn.log_end() - 1).front();
    EXPECT_EQ(said.type, "session.ended");
    EXPECT_EQ(said.user, ann);
    EXPECT_EQ(said.data.at("reason"), "refresh_reused");
}

TEST_F(sessions, are_not_refreshed_with_anything_else) {
    const auto made = open(ann);
    for (const std::string& token : {std::string{}, std::string("prr_"), std::string("prr_."), made.token,
                                     std::string("prr_x.y"), made.row.family, made.refresh_token.substr(4)})
        EXPECT_EQ(code_of(refresh(token)), "refresh_invalid") << token;
    EXPECT_TRUE(opens(made.token)) << "guessing ends nobody's session";
    ASSERT_TRUE(inn.write([&](writing& w) {
        return change_account(inn.env, w, inn.system(),
                              {.user = ann, .role = {}, .password_hash = {}, .disabled = true});
    }));
    EXPECT_EQ(code_of(refresh(made.refresh_token)), "refresh_invalid");
}

TEST_F(sessions, of_one_tenant_are_unknown_in_another) {
    const auto made = open(ann);
    const auto other = inn.ids.next<tenant_id>();
    inn.store.insert(parley::tenant{other, "mill", inn.time.now()});
    inn.tenant = other;
    EXPECT_EQ(code_of(refresh(made.refresh_token)), "refresh_invalid");
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return end_session(inn.env, w, inn.as(ann), made.row.id); })),
              "not_signed_in");
}

TEST_F(sessions, are_listed_and_ended_by_their_owner) {
    const auto phone = open(ann);
    const auto laptop = open(ann);
    const auto list = [&] { return inn.read([&](reading& from) { return list_sessions(inn.env, from, in(phone)); }); };
    EXPECT_EQ(list()->size(), 2U);
    inn.time.advance(2h);
    EXPECT_EQ(list()->size(), 2U) << "they can be refreshed still";
    const auto end = [&](const caller& by, token_id which) {
        return code_of(inn.write([&](writing& w) { return end_session(inn.env, w, by, which); }));
    };
    EXPECT_EQ(end(inn.as(bob), phone.row.id), "not_found");
    EXPECT_EQ(end(inn.as(root), phone.row.id), "not_found");
    EXPECT_EQ(end(in(phone), laptop.row.id), "ok");
    const auto log = inn.log_end();
    EXPECT_EQ(end(in(phone), laptop.row.id), "ok");
    EXPECT_EQ(inn.log_end(), log) << "twice is once";
    EXPECT_EQ(list()->size(), 1U);
}

TEST_F(sessions, end_all_together) {
    for (int i = 0; i < 3; ++i) (void)open(ann);
    const auto bobs = open(bob);
    const auto end_all = [&](user_id by, user_id whose) {
        return inn.write([&](writing& w) { return end_all_sessions(inn.env, w, inn.as(by), whose); });
    };
    EXPECT_EQ(fault_of(end_all(bob, ann)), fault::forbidden);
    EXPECT_EQ(end_all(ann, ann).value(), 3);
    EXPECT_EQ(end_all(ann, ann).value(), 0);
    EXPECT_TRUE(opens(bobs.token));
    EXPECT_EQ(end_all(root, bob).value(), 1);
    EXPECT_FALSE(opens(bobs.token));
    EXPECT_EQ(fault_of(end_all(root, user_id{5})), fault::not_found);
}

TEST_F(sessions, note_their_use_now_and_then) {
    const auto made = open(ann);
    const auto note = [&] {
        bool news = false;
        inn.store.write({.tenant = inn.tenant,
                         .author = {},
                         .client_key = {},
                         .apply = [&](writing& w) { return news = note_use(w, made.row.id, inn.time.now()); },
                         .finish = [](std::optional<error>) {}});
        return news;
    };
    EXPECT_TRUE(note());
    inn.time.advance(9min);
    EXPECT_FALSE(note());
    inn.time.advance(1min);
    EXPECT_TRUE(note());
    EXPECT_EQ(stored(made.row.id).used_at, inn.time.now());
}

TEST_F(sessions, but_the_current_one_end_with_a_new_password) {
    ASSERT_TRUE(set_password(ann, "old"));
    const auto here = open(ann);
    const auto there = open(ann);
    const auto change = [&](std::string_view verified) {
        return code_of(inn.write([&](writing& w) { return change_password(inn.env, w, in(here), verified, "new"); }));
    };
    EXPECT_EQ(change("another"), "password_changed");
    EXPECT_EQ(change("old"), "ok");
    EXPECT_TRUE(opens(here.token));
    EXPECT_FALSE(opens(there.token));
    EXPECT_EQ(inn.rows().users.at(ann).password_hash, "new");
}

TEST_F(sessions, end_with_a_reset_and_the_link_is_good_once) {
    ASSERT_TRUE(set_password(ann, "old"));
    const auto phone = open(ann);
    const auto link = [&](user_id by, user_id whose) {
        return inn.write([&](writing& w) { return make_reset_link(inn.env, w, inn.as(by), whose); });
    };
    const auto use = [&](std::string_view token) {
        return code_of(inn.write([&](writing& w) { return use_reset_link(inn.env, w, inn.system(), token, "new"); }));
    };
    EXPECT_EQ(fault_of(link(bob, ann)), fault::forbidden);
    EXPECT_EQ(fault_of(link(ann, ann)), fault::forbidden);
    const auto good = link(root, ann).value();
    const auto spare = link(root, ann).value();
    for (const auto& [digest, row] : inn.rows().links) EXPECT_EQ(good.token.find(digest), std::string::npos);
    EXPECT_EQ(use("prw_" + bob.text() + good.token.substr(good.token.find('.'))), "link_invalid") << "another account";
    EXPECT_EQ(use(good.token + "x"), "link_invalid");
    EXPECT_EQ(use(""), "link_invalid");
    EXPECT_EQ(use(good.token), "ok");
    EXPECT_FALSE(opens(phone.token));
    EXPECT_EQ(use(good.token), "link_invalid") << "twice";
    EXPECT_EQ(use(spare.token), "link_invalid") << "the password it was made for is gone";
    const auto late = link(root, ann).value();
    inn.time.advance(24h);
    EXPECT_EQ(use(late.token), "link_invalid");
    const auto voided = link(root, ann).value();
    const auto other = inn.ids.next<tenant_id>();
    inn.store.insert(parley::tenant{other, "mill", inn.time.now()});
    const auto home = std::exchange(inn.tenant, other);
    EXPECT_EQ(use(voided.token), "link_invalid") << "another tenant";
    inn.tenant = home;
    ASSERT_TRUE(set_password(ann, "otherwise"));
    EXPECT_EQ(use(voided.token), "link_invalid");
}

TEST_F(sessions, of_guests_end_with_their_accounts) {
    const auto come = [&] {
        return inn.write([&](writing& w) { return let_guest_in(inn.env, w, inn.system(), "Passer-by"); });
    };
    EXPECT_EQ(code_of(come()), "guests_not_allowed");
    inn.settings.now.sessions.guests = true;
    inn.settings.now.sessions.guest_hours = 3;
    const auto guest = come().value();
    EXPECT_EQ(guest.who.role, "guest");
    EXPECT_EQ(guest.who.display_name, "Passer-by");
    EXPECT_TRUE(guest.session.refresh_token.empty());
    EXPECT_TRUE(opens(guest.session.token));
    const auto sweep = [&] {
        bool any = false;
        inn.store.write({.tenant = inn.tenant,
                         .author = {},
                         .client_key = {},
                         .apply = [&](writing& w) { return any = sweep_sessions(inn.env, w); },
                         .finish = [](std::optional<error>) {}});
        return any;
    };
    EXPECT_FALSE(sweep());
    inn.time.advance(3h);
    EXPECT_FALSE(opens(guest.session.token)) << "without any sweeping";
    EXPECT_TRUE(sweep());
    EXPECT_TRUE(inn.rows().users.at(guest.who.id).disabled_at);
    EXPECT_FALSE(sweep());
    const auto kept = open(ann);
    inn.time.advance(std::chrono::days{30} + 1s);
    EXPECT_TRUE(sweep());
    EXPECT_FALSE(inn.rows().tokens.contains(guest.session.row.id)) << "forgotten a month later";
    EXPECT_TRUE(inn.rows().tokens.contains(kept.row.id)) << "that one ended just now";
}

class second_factors : public sessions {
protected:
    std::string secret() { return inn.rows().factors.at(ann).secret; }
    std::string code_now() { return totp_code(*from_base32(secret()), totp_step(inn.time.now())); }
    result<token_stage> pass(std::string_view code) {
        return inn.write(
            [&](writing& w) { return pass_second_factor(inn.env, w, inn.system(), inn.rows().users.at(ann), code); });
    }
    std::vector<std::string> enrol(const caller& by) {
        EXPECT_TRUE(inn.write([&](writing& w) { return begin_second_factor(inn.env, w, by); }));
        const auto codes = inn.write([&](writing& w) { return confirm_second_factor(inn.env, w, by, code_now()); });
        EXPECT_EQ(code_of(codes), "ok");
        return codes.value_or(std::vector<std::string>{});
    }
};

TEST_F(second_factors, are_asked_for_once_confirmed) {
    EXPECT_EQ(pass("").value(), token_stage::full);
    ASSERT_TRUE(inn.write([&](writing& w) { return begin_second_factor(inn.env, w, inn.as(ann)); }));
    EXPECT_EQ(pass("").value(), token_stage::full) << "a secret that no app has yet locks nobody out";
    const auto confirm = [&](std::string_view code) {
        return code_of(inn.write([&](writing& w) { return confirm_second_factor(inn.env, w, inn.as(ann), code); }));
    };
    EXPECT_EQ(confirm("000000"), code_now() == "000000" ? "ok" : "code_wrong");
    EXPECT_EQ(confirm(code_now()), "ok");
    EXPECT_EQ(confirm(code_now()), "second_factor_there");
    EXPECT_EQ(code_of(pass("")), "code_needed");
    EXPECT_EQ(code_of(pass(code_now())), "code_wrong") << "it was used to confirm";
    inn.time.advance(30s);
    EXPECT_EQ(pass(code_now()).value(), token_stage::full);
    EXPECT_EQ(code_of(pass(code_now())), "code_wrong") << "each code once";
    EXPECT_EQ(code_of(inn.write([&](writing& w) { return begin_second_factor(inn.env, w, inn.as(ann)); })),
              "second_factor_there");
}

TEST_F(second_factors, can_be_replaced_by_recovery_codes_each_once) {
    const auto codes = enrol(inn.as(ann));
    ASSERT_EQ(codes.size(), 10U);
    for (const auto& one : codes) {
        for (const auto& kept : inn.rows().factors.at(ann).recovery) EXPECT_NE(kept, one);
        EXPECT_TRUE(pass(one)) << one;
        EXPECT_EQ(code_of(pass(one)), "code_wrong");
    }
}

TEST_F(second_factors, are_enforced_where_the_tenant_wants_them) {
    inn.settings.now.sessions.require_totp = true;
    EXPECT_EQ(pass("").value(), token_stage::enrol_only);
    const auto session = inn.write([&](writing& w) {
        return open_session(inn.env, w, inn.system(),
                            {.owner = ann,
                             .kind = token_kind::password,
                             .name = "Phone",
                             .stage = token_stage::enrol_only,
                             .ends_at = {}});
    });
    auto by = in(*session);
    by.stage = token_stage::enrol_only;
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return access::authorise(inn.env, from, by); })),
              "second_factor_needed");
    EXPECT_EQ(code_of(inn.read([&](reading& from) { return list_sessions(inn.env, from, by); })),
              "second_factor_needed");
    EXPECT_EQ(refresh(session->refresh_token)->opened->row.stage, token_stage::enrol_only);
    (void)enrol(by);
    EXPECT_EQ(stored(session->row.id).stage, token_stage::full);
    inn.time.advance(30s);
    const auto disable =
        inn.write([&](writing& w) { return disable_second_factor(inn.env, w, inn.as(ann), code_now()); });
    EXPECT_EQ(code_of(disable), "not_allowed");
}

TEST_F(second_factors, are_enforced_on_sessions_that_were_there_before) {
    const auto session = open(ann);
    inn.settings.now.sessions.require_totp = true;
    EXPECT_EQ(refresh(session.refresh_token)->opened->row.stage, token_stage::enrol_only);
}

TEST_F(second_factors, go_with_a_code_or_by_an_admin) {
    (void)enrol(inn.as(ann));
    const auto disable = [&](std::string_view code) {
        return code_of(inn.write([&](writing& w) { return disable_second_factor(inn.env, w, inn.as(ann), code); }));
    };
    EXPECT_EQ(disable("123"), "code_wrong");
    inn.time.advance(30s);
    EXPECT_EQ(disable(code_now()), "ok");
    EXPECT_TRUE(pass(""));
    (void)enrol(inn.as(ann));
    const auto reset = [&](user_id by) {
        return fault_of(inn.write([&](writing& w) { return reset_second_factor(inn.env, w, inn.as(by), ann); }));
    };
    EXPECT_EQ(reset(bob), fault::forbidden);
    EXPECT_EQ(reset(root), fault{});
    EXPECT_TRUE(pass(""));
}

}  // namespace
}  // namespace parley::kernel
