// A note, a write, an answer.
#include "transport/audited_refusal.hpp"

#include <fmt/format.h>

#include "kernel/sign_in_brake.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

/// The answer is the refusal, whatever becomes of the note: the store says itself when it cannot write.
void note_and_reply(services& with, const kernel::caller& by, kernel::audit_note what, error why, answered reply) {
    with.store.write({.tenant = by.tenant,
                      .author = {},
                      .client_key = {},
                      .apply =
                          [&env = with.env, by, what = std::move(what)](kernel::writing& w) {
                              kernel::record(env, w, by, what);
                              return true;
                          },
                      .finish = [why = std::move(why), reply = std::move(reply)](
                                    const std::optional<error>&) mutable { reply(std::unexpected(std::move(why))); }});
}

}  // namespace

void refuse_entry(services& with, kernel::caller by, refused_entry of, error why, answered reply) {
    by.user = {};
    by.session = {};
    const auto key = fmt::format("a {} {}", by.tenant.value, kernel::address_block(by.address));
    if (of.how_often == told::once_a_minute && !with.pace.admit(key)) return reply(std::unexpected(std::move(why)));
    json::object details{{"reason", why.code}, {"name", kernel::shown_in_audit(of.name)}};
    note_and_reply(with, by,
                   {.action = "session.refused",
                    .subject_kind = of.account ? "user" : "",
                    .subject = of.account.value,
                    .details = std::move(details)},
                   std::move(why), std::move(reply));
}

void refuse_deed(services& with, const kernel::caller& by, std::string_view operation, std::string_view subject_kind,
                 std::int64_t subject, error why, answered reply) {
    if (!with.pace.admit(fmt::format("u {} {}", by.user.value, operation)))
        return reply(std::unexpected(std::move(why)));
    json::object details{{"operation", operation}, {"reason", why.code}};
    note_and_reply(
        with, by,
        {.action = "refusal", .subject_kind = subject_kind, .subject = subject, .details = std::move(details)},
        std::move(why), std::move(reply));
}

std::function<void(call)> guarded(std::string_view operation, std::string_view subject, write_work work) {
    return [=](call it) {
        const auto about = subject.empty() ? std::int64_t{0} : it.in.id<user_id>(subject).value;
        auto reply = std::move(it.reply);
        it.reply = [&with = it.with, by = it.by, operation, subject, about,
                    reply = std::move(reply)](result<answer> made) mutable {
            const bool is_refusal = !made && made.error().kind == fault::forbidden &&
                                    (made.error().code == "permission_missing" || made.error().code == "role_too_high");
            if (!is_refusal) return reply(std::move(made));
            refuse_deed(with, by, operation, subject, about, std::move(made.error()), std::move(reply));
        };
        reply_with_write(std::move(it), work);
    };
}

}  // namespace parley::transport
