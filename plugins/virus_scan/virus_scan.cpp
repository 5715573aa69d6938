// Virus scan: has every file scanned by ClamAV before anybody sees it.
#include <parley/aside.hpp>
#include <parley/storage.hpp>
#include <parley/transfer.hpp>

#include <set>

#include "attachments/on_disk.hpp"
#include "rows.hpp"
#include "settings.hpp"

namespace virus_scan {
namespace {

using attachments::file_says;
using attachments::file_to_check;
using attachments::file_verdict;

constexpr std::string_view gate = "virus_scan";

/// A scan that ends after nobody waits for it any more is not done again when it is asked for again.
constexpr std::int64_t remembered_ms = 10 * 60'000;

/// libclamav looks at the clock now and then.
constexpr std::chrono::minutes patience_with_a_scan{1};

/// Well before somebody else is given the job; the next run goes on.
constexpr std::chrono::minutes most_of_a_rescan{5};

struct shown_scan {
    sdk::id file;
    outcome found = outcome::limited;
    std::string name;        ///< the signature, or what could not be read; empty when clean
    std::string signatures;  ///< which set of them
    std::int64_t took_ms = 0;
    std::int64_t at = 0;
};
BOOST_DESCRIBE_STRUCT(shown_scan, (), (file, found, name, signatures, took_ms, at))

struct numbers {
    sdk::counter clean;
    sdk::counter infected;
    sdk::counter limited;
    sdk::counter encrypted;
    sdk::counter failed;
    sdk::histogram seconds;
    sdk::gauge signatures;
    sdk::counter loads;
    sdk::counter load_failures;
};

/// Which files are being scanned. Any thread.
class files_at_work {
public:
    class one {
    public:
        one(files_at_work& of, sdk::id tenant, sdk::id file) : of_(of), which_(tenant, file) {
            const std::lock_guard held(of_.lock_);
            mine_ = of_.all_.insert(which_).second;
        }
        ~one() {
            const std::lock_guard held(of_.lock_);
            if (mine_) of_.all_.erase(which_);
        }
        one(const one&) = delete;
        one& operator=(const one&) = delete;
        explicit operator bool() const { return mine_; }

    private:
        files_at_work& of_;
        std::pair<sdk::id, sdk::id> which_;
        bool mine_ = false;
    };

private:
    std::mutex lock_;
    std::set<std::pair<sdk::id, sdk::id>> all_;
};

file_says says_of(policy way) {
    if (way == policy::pass) return file_says::pass;
    return way == policy::quarantine ? file_says::quarantine : file_says::reject;
}

/// libclamav was asked twice what else there is; clamd says one thing only, which may hide that it did not read all.
policy policy_on_encrypted(const settings& here) {
    const bool may_hide_more = !here.clamd_socket.empty() && here.on_encrypted == policy::pass;
    return may_hide_more ? here.on_limit : here.on_encrypted;
}

file_verdict verdict_of(const finding& found, const std::string& signatures, const settings& here) {
    const sdk::json::object details{
        {"outcome", boost::describe::enum_to_string(found.is, "")}, {"name", found.name}, {"signatures", signatures}};
    switch (found.is) {
        case outcome::clean:
            return {file_says::pass, {}, details};
        case outcome::infected:
            return {file_says::quarantine, "It is infected: " + found.name, details};
        case outcome::encrypted:
            return {says_of(policy_on_encrypted(here)), "It has a password, so it cannot be scanned.", details};
        case outcome::limited:
            break;
    }
    return {says_of(here.on_limit), "It cannot be scanned whole: it is too large, too deep or damaged.", details};
}

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        on.service("virus_scan.file_check/1", &plugin::check);
        on.job("rescan", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(10), .most_tries = 0},
               &plugin::rescan);
        on.after("file.removed", &plugin::forget);
        on.command(
            "scan.get", "virus_scan.see",
            {"GET", "/api/v1/files/{file}/scan", "What the scanner said last of a file.", {{"file", "The file's id."}}},
            &plugin::get);
        on.health(&plugin::health);
        count_ = {
            .clean = on.counter("clean", "Files in which nothing was found."),
            .infected = on.counter("infected", "Files in which a signature was found."),
            .limited = on.counter("limited", "Files that could not be read whole."),
            .encrypted = on.counter("encrypted", "Files with a password."),
            .failed = on.counter("failed", "Scans that failed; nothing is known of the file."),
            .seconds = on.histogram("seconds", "How long scans took."),
            .signatures = on.gauge("signatures", "Signatures that are in use; 0 with clamd, which does not say."),
            .loads = on.counter("loads", "How often signatures were loaded, or clamd had others or was there again."),
            .load_failures = on.counter("load_failures", "How often they could not be loaded, or clamd was lost.")};
        scanner_ = std::make_unique<scanner>(sdk::files_folder() / "scratch",
                                             [this](const scanner::state& now) { loaded(now); });
    }
    void stop() { scanner_->stop(); }

private:
    sdk::task<file_verdict> check(sdk::call call, file_to_check in) {
        const auto here = call.settings<settings>();
        tune(*here);
        const auto row = co_await call.storage([&](odb::database& db) { return find_scan(db, call.tenant, in.file); });
        if (row != nullptr && row->signatures == scanner_->now().version && sdk::now() - row->at < remembered_ms)
            co_return verdict_of(finding_of(*row), row->signatures, *here);
        const auto said = co_await scan(call, in.file, in.path);
        co_return verdict_of(said.found, said.version, *here);
    }

    /// Scans it, and keeps what was found.
    sdk::task<scanner::scanned> scan(sdk::scope where, sdk::id file, std::string path) {
        const files_at_work::one mine(at_work_, where.tenant, file);
        if (!mine) co_return sdk::unavailable("scan_running", "It is being scanned.");
        const auto folder = sdk::files_folder("attachments");
        const auto said = co_await sdk::aside([&] { return scanner_->scan(folder, path); }).as_result();
        if (!said) {
            count_.failed.add();
            co_return sdk::error(said.error());
        }
        count(*said);
        co_await where.storage([&](odb::database& db) { keep_scan(db, where.tenant, file, *said); });
        co_return *said;
    }

    /// Files that are ready, once for each set of signatures, whoever had checked them before. They are served
    /// meanwhile; only what is infected after all is taken away.
    sdk::task<> rescan(sdk::call call) {
        const auto here = call.settings<settings>();
        tune(*here);
        const auto with = scanner_->now();
        if (with.version.empty() || here->rescan_files == 0) co_return;
        auto sweep =
            co_await call.storage([&](odb::database& db) { return sweep_with(db, call.tenant, with.version); });
        if (sweep.done != 0) co_return;
        attachments::files_wanted wanted{
            .after = {}, .limit = sdk::whole<1, 500>(here->rescan_files), .state = attachments::file_state::ready};
        if (sweep.after != 0) wanted.after = sdk::id(sweep.after);
        const auto page = co_await call.service<attachments::files_page>("attachments.files/1", wanted);
        const auto until = std::chrono::steady_clock::now() + most_of_a_rescan;
        for (const auto& one : page.files) {
            if (std::chrono::steady_clock::now() > until) co_return;
            co_await look_again(call, one, with.version);
            sweep.after = one.file.number();
            co_await call.storage([&](odb::database& db) { keep_sweep(db, sweep); });
        }
        if (page.more) co_return;
        sweep.done = 1;
        co_await call.storage([&](odb::database& db) { keep_sweep(db, sweep); });
    }

    sdk::task<> look_again(sdk::call call, attachments::file_facts file, std::string signatures) {
        const auto row =
            co_await call.storage([&](odb::database& db) { return find_scan(db, call.tenant, file.file); });
        if (row != nullptr && row->signatures == signatures) co_return;
        const auto there = co_await attachments::on_disk(call, file).as_result();
        if (!there && there.error().status == PARLEY_NOT_FOUND) co_return;
        if (!there) co_await sdk::error(there.error());
        const auto said = co_await scan(call, file.file, there->path).as_result();
        if (!said && said.error().status != PARLEY_NOT_FOUND) co_await sdk::error(said.error());
        if (!said || said->found.is != outcome::infected) co_return;
        const attachments::file_said word{file.file, std::string(gate), file_says::quarantine,
                                          "It is infected: " + said->found.name};
        co_await call.service("attachments.verdict/1", word);
        sdk::log::warning("a file that was ready is infected",
                          {{"file", file.file.text()}, {"name", said->found.name}});
    }

    sdk::task<shown_scan> get(sdk::call call, attachments::one_file in) {
        const auto row = co_await call.storage([&](odb::database& db) { return find_scan(db, call.tenant, in.file); });
        if (row == nullptr) co_return sdk::not_found("scan_unknown", "There is no such file, or it was not scanned.");
        const auto found = finding_of(*row);
        co_return shown_scan{in.file, found.is, found.name, row->signatures, row->took_ms, row->at};
    }

    sdk::task<> forget(sdk::event event) {
        const auto gone = co_await event.as<attachments::file_removed>();
        co_await event.storage([&](odb::database& db) { forget_scan(db, event.tenant, gone.file); });
    }

    sdk::result<void> health(sdk::call call) {
        const auto here = call.settings<settings>();
        tune(*here);
        const auto now = scanner_->now();
        if (now.longest > std::chrono::seconds(here->max_seconds) + patience_with_a_scan)
            return sdk::unavailable("scan_hangs", "A scan does not end, although its time is over.");
        if (now.trouble.empty()) return {};
        if (now.version.empty()) return sdk::unavailable("scanner_not_ready", now.trouble + " No file gets through.");
        return sdk::unavailable("signatures_old", now.trouble + " Files are scanned with those from before.");
    }

    void tune(const settings& to) {
        sdk::widen_aside(static_cast<std::size_t>(to.scans_at_once));
        scanner_->tune({.signatures = to.database_folder,
                        .clamd = to.clamd_socket,
                        .most = {.file_bytes = to.max_file_size,
                                 .scan_bytes = to.max_scan_size,
                                 .files = to.max_files,
                                 .depth = to.max_depth,
                                 .seconds = to.max_seconds},
                        .at_once = to.scans_at_once,
                        .every = std::chrono::seconds(to.reload_seconds)});
    }

    void count(const scanner::scanned& said) const {
        count_.seconds.observe(static_cast<double>(said.took.count()) / 1000);
        switch (said.found.is) {
            case outcome::clean:
                return count_.clean.add();
            case outcome::infected:
                return count_.infected.add();
            case outcome::limited:
                return count_.limited.add();
            case outcome::encrypted:
                return count_.encrypted.add();
        }
    }

    void loaded(const scanner::state& now) const {
        count_.signatures.set(static_cast<double>(now.signatures));
        if (now.trouble.empty()) {
            count_.loads.add();
            if (now.is_clamd) return sdk::log::info("clamd is used", {{"version", now.version}});
            return sdk::log::info("signatures were loaded", {{"signatures", now.signatures}, {"version", now.version}});
        }
        count_.load_failures.add();
        if (now.is_clamd) return sdk::log::error("clamd cannot be used", {{"why", now.trouble}});
        sdk::log::error("signatures could not be loaded", {{"why", now.trouble}, {"in_use", now.version}});
    }

    numbers count_;
    files_at_work at_work_;
    std::unique_ptr<scanner> scanner_;
};

}  // namespace
}  // namespace virus_scan

PARLEY_PLUGIN(virus_scan::plugin);
