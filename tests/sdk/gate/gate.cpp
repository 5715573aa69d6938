// Says of a file what its name says: "pass…", "wait…", "reject…", "quarantine…"; and later what a person says.
#include <parley/plugin.hpp>

#include <filesystem>

#include "attachments/contract.hpp"

namespace gate {
namespace {

namespace sdk = parley::sdk;
using namespace attachments;

struct settings {
    bool stubborn = false;
};
BOOST_DESCRIBE_STRUCT(settings, (), (stubborn))

struct decision {
    sdk::id file;
    file_says verdict = file_says::pass;
    sdk::text<100> reason;
};
BOOST_DESCRIBE_STRUCT(decision, (), (file, verdict, reason))

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"file", "Which."}, {"verdict", "pass, reject or quarantine"}, {"reason", "Why."}};
        on.service("gate.file_check/1", &plugin::check);
        on.command("gate.decide", "gate.use", {"POST", "/api/v1/gate/{file}", "Decides.", fields}, &plugin::decide);
        on.command("gate.recheck", "gate.use", {"POST", "/api/v1/gate/{file}/again", "Looks again.", fields},
                   &plugin::recheck);
    }

private:
    sdk::result<file_verdict> check(sdk::call call, file_to_check in) {
        if (call.settings<settings>()->stubborn) return sdk::unavailable("stubborn", "No.");
        std::error_code none;
        if (std::filesystem::file_size(sdk::files_folder("attachments") / in.path, none) !=
            static_cast<std::uintmax_t>(in.bytes))
            return sdk::failed("the file is not where it is said to be");
        file_verdict made{file_says::pass, std::nullopt, std::nullopt};
        for (const auto one : {file_says::wait, file_says::reject, file_says::quarantine})
            if (in.name.starts_with(boost::describe::enum_to_string(one, ""))) made.verdict = one;
        if (made.verdict != file_says::pass) made.reason = "The gate says so.";
        return made;
    }
    sdk::task<file_now> decide(sdk::call call, decision in) {
        const file_said said{in.file, "gate", in.verdict, std::string(in.reason)};
        co_return co_await call.service<file_now>("attachments.verdict/1", said);
    }
    sdk::task<file_now> recheck(sdk::call call, one_file in) {
        const file_recheck again{in.file, "gate"};
        co_return co_await call.service<file_now>("attachments.recheck/1", again);
    }
};

}  // namespace
}  // namespace gate

PARLEY_PLUGIN(gate::plugin);
