// Commands as WebSocket clients send them: strict JSON, then the input of the operation that is named.
#include "base/json.hpp"
#include "fuzz/fuzz.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::fuzz {
namespace {

/// Everything that an operation may do with a field of its type; what was checked must hold.
void use(const transport::input& in, const transport::field& one) {
    switch (one.type) {
        case transport::field_type::text:
        case transport::field_type::choice:
            (void)in.text(one.name);
            break;
        case transport::field_type::id:
            expect(in.id<user_id>(one.name).value > 0, "an id is one");
            break;
        case transport::field_type::ids:
            for (const auto id : in.ids<user_id>(one.name)) expect(id.value > 0, "ids are ids");
            break;
        case transport::field_type::integer: {
            const auto is = in.integer(one.name, one.least);
            expect(is >= one.least && is <= one.most, "integers are within their range");
            break;
        }
        case transport::field_type::boolean:
            (void)in.boolean(one.name);
            break;
        case transport::field_type::object:
            (void)in.object(one.name);
            break;
        case transport::field_type::moment:
            expect(in.moment(one.name).has_value(), "moments are moments");
            break;
    }
}

void check(const transport::operation& what, boost::json::object data) {
    std::vector<std::string> ignored;
    const auto members = data.size();
    const auto checked = transport::check_input(what, std::move(data), ignored);
    if (!checked) {
        expect(!checked.error().code.empty() && !checked.error().message.empty(), "a refusal says why");
        return;
    }
    expect(checked->values().size() + ignored.size() == members, "each member is taken or reported");
    for (const auto& one : what.fields) {
        expect(one.needed == transport::field::presence::optional || checked->has(one.name), "what is needed is there");
        if (checked->has(one.name)) use(*checked, one);
    }
}

}  // namespace

void commands(std::string_view input) {
    static const transport::operation_catalogue catalogue;
    auto read = parse_object(input, {.max_bytes = 64 * 1024, .max_depth = 16});
    if (!read) {
        expect(!read.error().code.empty(), "a refusal says why");
        return;
    }
    const auto text = to_text(*read);
    const auto again = parse_object(text, {.max_bytes = 1024 * 1024, .max_depth = 16});
    expect(again.has_value() && *again == *read, "what is written is read as it was:", text);
    const auto* name = read->if_contains("command");
    auto* data = read->if_contains("data");
    if (name == nullptr || !name->is_string() || data == nullptr || !data->is_object()) return;
    if (const auto* found = catalogue.find(name->as_string())) check(*found, std::move(data->as_object()));
}

}  // namespace parley::fuzz
