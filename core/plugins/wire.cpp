// Outcomes and bindings as bytes.
#include "plugins/wire.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/registrar.hpp"

namespace parley::plugins::wire {
namespace {

constexpr std::uint32_t most_of_each = 1000;
constexpr std::size_t most_sentence = 2000;

void no_hook(void*, const parley_scope*, const parley_message_draft*, parley_reply) {}
void no_call(void*, const parley_call*, parley_reply) {}

/// Reads a list: how many, then each.
template <class Each>
void read_list(reader& from, Each each) {
    const auto many = from.number<std::uint32_t>();
    if (many > most_of_each) return from.fail();
    for (std::uint32_t i = 0; i < many && from.well(); ++i) each();
}

template <class List>
void count(writer& to, const List& of) {
    to.number(static_cast<std::uint32_t>(of.size()));
}

void write_names(writer& to, const std::vector<std::string>& of) {
    count(to, of);
    for (const auto& one : of) to.text(one);
}

}  // namespace

void write(writer& to, const parley_outcome& of) {
    to.number(of.status).text(of.json).text(of.code).text(of.sentence).text(of.field);
    const auto* amended = of.amended;
    to.number<std::uint8_t>(amended == nullptr ? 0 : 1);
    if (amended == nullptr) return;
    to.optional(amended->type).optional(amended->text).optional(amended->data);
}

parley_outcome read_outcome(reader& from, parley_amendment& amended) {
    auto made = sized<parley_outcome>();
    made.status = from.number<parley_status>();
    made.json = from.lent();
    made.code = from.lent();
    made.sentence = from.lent();
    made.field = from.lent();
    if (from.number<std::uint8_t>() == 0) return made;
    amended = sized<parley_amendment>();
    amended.type = from.optional();
    amended.text = from.optional();
    amended.data = from.optional();
    made.amended = &amended;
    return made;
}

void write(writer& to, const bindings& of) {
    count(to, of.hooks);
    for (const auto& one : of.hooks) to.text(one.event).number(static_cast<std::uint32_t>(one.when));
    write_names(to, of.changes);
    write_names(to, of.events);
    count(to, of.commands);
    for (const auto& one : of.commands)
        to.text(one.name)
            .text(one.permission)
            .text(one.method)
            .text(one.path)
            .text(one.sentence)
            .text(to_text(one.input))
            .text(to_text(one.output))
            .number(one.carries);
    count(to, of.jobs);
    for (const auto& one : of.jobs)
        to.text(one.name)
            .number<std::int64_t>(one.every.count())
            .number<std::int64_t>(one.lease.count())
            .number(one.most_tries);
    write_names(to, of.services);
    to.number<std::uint8_t>(of.health ? 1 : 0);
    count(to, of.metrics);
    for (const auto& one : of.metrics)
        to.number(static_cast<std::uint32_t>(one.kind)).text(one.name).text(one.sentence);
}

std::expected<bindings, problems> read_bindings(reader& from, const manifest& says) {
    registrar into(says);
    const auto& table = registrar::table();
    auto* on = into.handle();
    read_list(from, [&] {
        const auto event = from.lent();
        table.message_hook(on, from.number<std::uint32_t>(), event, no_hook, nullptr);
    });
    read_list(from, [&] { table.change_hook(on, from.lent(), no_call, nullptr); });
    read_list(from, [&] { table.event(on, from.lent(), no_call, nullptr); });
    read_list(from, [&] {
        auto one = sized<parley_command>();
        for (auto* to : {&one.name, &one.permission, &one.method, &one.path, &one.sentence, &one.input, &one.output})
            *to = from.lent();
        one.carries = from.number<std::uint32_t>();
        table.command(on, &one, no_call, nullptr);
    });
    read_list(from, [&] {
        auto one = sized<parley_job>();
        one.name = from.lent();
        one.every_ms = from.number<std::int64_t>();
        one.lease_ms = from.number<std::int64_t>();
        one.most_tries = from.number<std::uint32_t>();
        table.job(on, &one, no_call, nullptr);
    });
    read_list(from, [&] { table.service(on, from.lent(), no_call, nullptr); });
    if (from.number<std::uint8_t>() != 0) table.health(on, no_call, nullptr);
    read_list(from, [&] {
        const auto kind = from.number<std::uint32_t>();
        const auto name = from.lent();
        std::uint32_t number = 0;
        table.metric(on, kind, name, from.lent(), &number);
    });
    if (!from.well()) into.refuse("Its process said something that is no list of what it bound.");
    for (auto& one : unbound(says, into.bound)) into.refuse(std::move(one));
    if (!into.wrong.empty()) return std::unexpected(std::move(into.wrong));
    return std::move(into.bound);
}

void write(writer& to, const problems& of) { write_names(to, of); }

problems read_problems(reader& from) {
    problems made;
    read_list(from, [&] { made.push_back(escape_and_cut(from.text(), most_sentence)); });
    return made;
}

}  // namespace parley::plugins::wire
