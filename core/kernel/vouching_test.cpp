// Identity that a site vouches for.
#include "kernel/vouching.hpp"

#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "kernel/accounts.hpp"
#include "kernel/testing/house.hpp"

namespace parley::kernel {
namespace {

using testing::code_of;
using namespace std::chrono_literals;
const std::string key = "0123456789abcdef0123456789abcdef";

class vouching : public ::testing::Test {
protected:
    testing::house inn;

    vouching() { inn.settings.now.sessions.vouch_secret = key; }
    [[nodiscard]] vouch_command signed_by(const std::string& with, std::string user, std::string name,
                                          std::chrono::seconds good_for = 60s, std::string nonce = {}) const {
        vouch_command said{
            .user = std::move(user), .display_name = std::move(name), .nonce = std::move(nonce), .signature = {}};
        said.expires = std::chrono::floor<std::chrono::seconds>(inn.time.now() + good_for).time_since_epoch().count();
        said.signature = keyed_digest(with, vouched_text("inn", said));
        return said;
    }
    result<arrival> come(const vouch_command& said) {
        return inn.write([&](writing& w) { return let_vouched_in(inn.env, w, inn.system(), said); });
    }
};

TEST_F(vouching, signs_in_whom_the_site_names) {
    const auto first = come(signed_by(key, "customer-7", "Ann")).value();
    EXPECT_EQ(first.who.display_name, "Ann");
    EXPECT_EQ(first.who.role, "guest");
    EXPECT_EQ(first.session.row.kind, token_kind::vouched);
    const auto again = come(signed_by(key, "customer-7", "Anna", 50s)).value();
    EXPECT_EQ(again.who.id, first.who.id);
    EXPECT_EQ(again.who.display_name, "Anna");
    EXPECT_EQ(inn.rows().users.at(first.who.id).display_name, "Anna");
    EXPECT_EQ(come(signed_by(key, "customer-7", "", 40s))->who.display_name, "Anna") << "nothing said changes nothing";
    EXPECT_NE(come(signed_by(key, "customer-8", "Ann"))->who.id, first.who.id);
}

TEST_F(vouching, takes_only_what_was_signed) {
    EXPECT_EQ(code_of(come(signed_by("another key of thirty-two bytes..", "customer-7", "Ann"))), "vouch_refused");
    const auto good = signed_by(key, "customer-7", "Ann");
    for (auto spoil : std::vector<void (*)(vouch_command&)>{
             [](vouch_command& said) { said.user = "customer-8"; },
             [](vouch_command& said) { said.display_name = "Eve"; }, [](vouch_command& said) { said.expires += 1; },
             [](vouch_command& said) { said.nonce = "n"; },
             [](vouch_command& said) { said.signature.back() = said.signature.back() == '0' ? '1' : '0'; },
             [](vouch_command& said) { said.signature.clear(); }}) {
        auto spoilt = good;
        spoil(spoilt);
        EXPECT_EQ(code_of(come(spoilt)), "vouch_refused");
    }
    // The parts cannot be moved about, nor can another tenant's signature be used.
    auto moved = good;
    moved.user = "customer-7\nAnn";
    moved.display_name = "";
    EXPECT_EQ(code_of(come(moved)), "text_has_control");
    auto foreign = good;
    foreign.signature = keyed_digest(key, vouched_text("mill", foreign));
    EXPECT_EQ(code_of(come(foreign)), "vouch_refused");
    EXPECT_TRUE(inn.rows().users.empty());
    EXPECT_EQ(code_of(come(good)), "ok");
}

TEST_F(vouching, is_good_once_and_not_for_long) {
    const auto said = signed_by(key, "customer-7", "Ann");
    EXPECT_EQ(code_of(come(said)), "ok");
    EXPECT_EQ(code_of(come(said)), "vouch_refused") << "replayed";
    EXPECT_EQ(code_of(come(signed_by(key, "customer-7", "Ann", 60s, "2"))), "ok") << "the same second, another nonce";
    EXPECT_EQ(code_of(come(signed_by(key, "customer-7", "Ann", 0s))), "vouch_refused");
    EXPECT_EQ(code_of(come(signed_by(key, "customer-7", "Ann", 1h))), "ok");
    EXPECT_EQ(code_of(come(signed_by(key, "customer-7", "Ann", 1h + 1s))), "vouch_refused");
    const auto early = signed_by(key, "customer-9", "Bob");
    inn.time.advance(60s);
    EXPECT_EQ(code_of(come(early)), "vouch_refused");
}

TEST_F(vouching, is_off_without_a_key_and_for_disabled_accounts) {
    const auto who = come(signed_by(key, "customer-7", "Ann"))->who.id;
    ASSERT_TRUE(inn.write([&](writing& w) {
        return change_account(inn.env, w, inn.system(),
                              {.user = who, .role = {}, .password_hash = {}, .disabled = true});
    }));
    EXPECT_EQ(code_of(come(signed_by(key, "customer-7", "Ann", 30s))), "vouch_refused");
    inn.settings.now.sessions.vouch_secret.clear();
    EXPECT_EQ(code_of(come(signed_by("", "customer-8", "Bob"))), "vouching_not_allowed");
}

}  // namespace
}  // namespace parley::kernel
