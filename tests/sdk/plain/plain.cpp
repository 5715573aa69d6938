// A plugin for the SDK's own tests: each function is one way of being called.
#include <atomic>
#include <parley/plugin.hpp>

namespace plain {
namespace {

namespace sdk = parley::sdk;

struct settings {
    std::string greeting = "none";
    std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(settings, (), (greeting, limit))

struct who {
    sdk::text<16> name;
    std::optional<bool> loud;
};
BOOST_DESCRIBE_STRUCT(who, (), (name, loud))

struct greeting {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (text))

struct which {
    sdk::id message;
};
BOOST_DESCRIBE_STRUCT(which, (), (message))

struct message {
    sdk::id id;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(message, (), (id, text))

struct number {
    std::int64_t value;
};
BOOST_DESCRIBE_STRUCT(number, (), (value))

BOOST_DEFINE_ENUM_CLASS(colour, red, green)

struct types {
    sdk::ids<3> list;
    sdk::whole<1, 5> range;
    bool flag;
    colour shade;
    boost::json::object more;
    std::optional<sdk::id> maybe;
};
BOOST_DESCRIBE_STRUCT(types, (), (list, range, flag, shade, more, maybe))

/// Counts how many are alive, so that the tests see that a coroutine's locals went away.
struct witness {
    witness() { ++alive(); }
    ~witness() { --alive(); }
    witness(const witness&) = delete;
    witness& operator=(const witness&) = delete;
    static std::atomic<int>& alive() {
        static std::atomic<int> count{0};
        return count;
    }
};

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        const auto at = [](const char* method, const char* path) {
            return sdk::route{method, path, "A test.", {{"name", "Whom."}}};
        };
        on.command("plain.greet", "plain.use", at("POST", "/api/v1/plain/{name}"), &plugin::greet);
        on.command("plain.get", "plain.use", at("GET", "/api/v1/plain/message"), &plugin::get);
        on.command("plain.look", "plain.use", at("GET", "/api/v1/plain/look"), &plugin::look);
        on.command("plain.deep", "plain.use", at("GET", "/api/v1/plain/deep"), &plugin::deep);
        on.command("plain.throw", "plain.use", at("POST", "/api/v1/plain/throw"), &plugin::throws);
        on.command("plain.loop", "plain.use", at("GET", "/api/v1/plain/loop"), &plugin::loop);
        on.command("plain.fail", "plain.use", at("POST", "/api/v1/plain/fail"), &plugin::fails);
        on.command("plain.types", "plain.use", at("POST", "/api/v1/plain/types/{shade}"), &plugin::take_types);
        on.amend("message.send", &plugin::trim);
        on.check("message.send", &plugin::judge);
        on.check("message.edit", &plugin::judge_edit);
        on.check_change("member.add", &plugin::judge_member);
        on.after("message.created", &plugin::hear);
        on.after("message.deleted", &plugin::hear_later);
        on.job("again", {.every = std::chrono::minutes(5)}, &plugin::again);
        on.service("plain.double/1", &plugin::twice);
        on.health(&plugin::is_well);
        calls_ = on.counter("calls", "Calls.");
        open_ = on.gauge("open", "Open.");
        seconds_ = on.histogram("seconds", "How long.");
    }
    void start() { open_.set(witness::alive()); }

private:
    // At once: a result.
    sdk::result<greeting> greet(const sdk::call& call, const who& in) {
        calls_.add();
        seconds_.observe(0.5);
        if (in.name.empty()) return sdk::invalid("name", "name_empty", "Nobody is greeted.");
        const auto here = call.settings<settings>();
        if (static_cast<std::int64_t>(in.name.size()) > here->limit)
            return sdk::too_large("name_long", "The name is too long.");
        return greeting{here->greeting + ", " + in.name + (in.loud.value_or(false) ? "!" : ".")};
    }

    // Later: what it waits for fails for it.
    sdk::task<greeting> get(sdk::call call, which in) {
        const witness alive;
        const auto found = co_await call.invoke<message>("message.get", in);
        co_return greeting{found.text};
    }

    // Later: looks at the error.
    sdk::task<greeting> look(sdk::call call, which in) {
        const witness alive;
        const auto found = co_await call.invoke<message>("message.get", in).as_result();
        co_return greeting{found ? found->text : found.error().code};
    }

    sdk::task<std::string> text_of(sdk::call call, which in) {
        const witness alive;
        const auto found = co_await call.invoke<message>("message.get", in);
        co_return found.text;
    }
    sdk::task<std::string> shout(sdk::call call, which in) {
        const witness alive;
        auto text = co_await text_of(call, in);
        co_return text + "!";
    }
    // Tasks that wait for tasks.
    sdk::task<greeting> deep(sdk::call call, which in) {
        const witness alive;
        const auto first = co_await shout(call, in);
        const auto task = shout(call, in);
        const auto second = co_await task.as_result();
        co_return greeting{first + (second ? *second : second.error().code)};
    }

    sdk::result<greeting> throws(const sdk::call&) { throw std::runtime_error("secret detail"); }

    sdk::task<> fails(sdk::call call) {
        const witness alive;
        if (call.user.number() == 1) throw std::runtime_error("secret detail");
        co_await sdk::conflict("not_now", "Not now.");
    }

    // As many answers that come at once as would overflow the stack, were each a call in a call.
    sdk::task<number> loop(sdk::call call) {
        number all{0};
        const which one{sdk::id(1)};
        for (int i = 0; i < 20'000; ++i) {
            const auto found = co_await call.invoke<message>("message.get", one);
            all.value += found.id.number();
        }
        co_return all;
    }

    types take_types(types in) { return in; }

    sdk::result<sdk::amendment> trim(const sdk::draft& draft) {
        if (draft.text == "forbidden") return sdk::refused("word", "No.");
        const auto end = draft.text.find_last_not_of(' ');
        if (end + 1 == draft.text.size()) return sdk::amendment{};
        return sdk::amendment{.text = std::string(draft.text.substr(0, end + 1))};
    }
    sdk::send_verdict judge(const sdk::draft& draft) {
        if (draft.text == "bad") return sdk::refuse("bad", "Bad.");
        if (draft.text == "odd") return sdk::hold("Odd.");
        if (draft.text == "throw") throw std::runtime_error("secret detail");
        return sdk::pass();
    }
    sdk::task<sdk::verdict> judge_edit(sdk::kept_draft draft) {
        const witness alive;
        const boost::json::object who{{"user", draft.author.text()}};
        const auto author = co_await draft.invoke_as_plugin("user.get", who);
        if (author.at("disabled").as_bool()) co_return sdk::refuse("disabled", "No.");
        co_return sdk::pass();
    }
    sdk::verdict judge_member(const sdk::call&, const which& in) {
        return in.message.number() == 1 ? sdk::refuse("no", "No.") : sdk::pass();
    }

    void hear(const sdk::event& event) {
        if (!event.conversation) throw std::runtime_error("an event without its conversation");
        sdk::log::info("heard", {{"type", event.type()}, {"position", event.position}});
    }
    sdk::task<> hear_later(sdk::event event) {
        const auto what = co_await event.as<which>();
        const boost::json::object none;
        co_await event.schedule("again", sdk::now() + 1000, none, what.message.text());
        co_await event.release(what.message);
        co_await event.reject(what.message, "No.");
    }

    sdk::task<> again(sdk::call call) {
        const number two{2};
        const auto four = co_await call.service<number>("plain.double/1", two);
        sdk::log::info("doubled", {{"value", four.value}});
    }
    number twice(const number& in) { return {in.value * 2}; }

    sdk::result<void> is_well() { return sdk::unavailable("ill", "It is ill."); }

    sdk::counter calls_;
    sdk::gauge open_;
    sdk::histogram seconds_;
};

}  // namespace

/// For the tests, which are linked with this file.
int alive_witnesses() { return witness::alive(); }

}  // namespace plain

PARLEY_PLUGIN(plain::plugin);
