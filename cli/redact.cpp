#include "cli/redact.h"

#include <string>

namespace cli {
namespace {

// Shows each text and address of a report to `visit`. The bindings name every member, so that a new one does
// not compile before it has been decided here whether it may be private.
template <typename Report, typename Visit>
void each_part(Report& report, Visit& visit) {
  auto& [first_line, line, end_line, time_us, wall_time, family, kind, location, title, alt_titles, type,
         guilty, corrupted_reason, demux, kasan, kernel, cpu, pid, comm, access, object, region, overwrite,
         slab, variable, stack_frame, stack_objects, mapping, fixes, source_file, source_line, traces,
         traces_left_out, expected_by, text] = report;
  for (auto* words : {&kind, &location, &title, &type, &guilty, &corrupted_reason, &kernel, &comm, &variable,
                      &stack_frame, &mapping, &source_file, &expected_by})
    visit.text(*words);
  for (auto& words : alt_titles) visit.text(words);
  for (auto& words : fixes) visit.text(words);
  for (auto& [extent, name] : stack_objects) {
    visit.text(extent);
    visit.text(name);
  }
  visit.lines(text);
  if (access) {
    visit.text(access->task);
    if (access->address) visit.address(*access->address);
  }
  if (object) {
    visit.text(object->cache);
    if (object->address) visit.address(*object->address);
  }
  if (region) {
    visit.address(region->start);
    visit.address(region->end);
  }
  if (overwrite) {
    visit.address(overwrite->start);
    visit.address(overwrite->last);
  }
  if (slab) {
    visit.text(slab->address);
    visit.text(slab->freelist);
    visit.text(slab->flags);
  }
  for (auto& trace : traces) {
    visit.text(trace.when);
    visit.text(trace.client);
  }
}

struct Learn {
  Redactor& redactor;
  void text(const std::string& words) { redactor.learn(words); }
  void lines(const std::string& words) { redactor.learn(words); }
  void address(std::uint64_t address) { redactor.learn(address); }
};

struct Hide {
  Redactor& redactor;
  void text(std::string& words) { words = redactor.text(words); }
  void lines(std::string& words) { words = redactor.lines(words); }
  void address(std::uint64_t& address) { address = redactor.address(address); }
};

void learn(Redactor& redactor, const parser::Report& report) {
  Learn visit{redactor};
  each_part(report, visit);
}

void learn(Redactor& redactor, const parser::FrameTable& frames) {
  for (parser::FrameId id = 0; id < frames.size(); ++id) {
    redactor.learn(frames[id].address);
    redactor.learn(frames[id].symbol);
    redactor.learn(frames[id].file);
  }
}

void hide(Redactor& redactor, parser::Report& report) {
  Hide visit{redactor};
  each_part(report, visit);
}

void hide(Redactor& redactor, parser::FrameTable& frames) {
  frames.rewrite([&](parser::Frame& frame, const auto& keep) {
    for (auto* words : {&frame.symbol, &frame.module, &frame.file}) {
      auto hidden = redactor.text(*words);
      if (hidden != *words) *words = keep(hidden);
    }
    frame.address = redactor.address(frame.address);
  });
}

void hide(Redactor& redactor, Places& places) {
  const auto hide_one = [&](symbolize::Answer& answer) {
    answer.reason = redactor.text(answer.reason);
    if (!answer.location) return;
    answer.location->function = redactor.text(answer.location->function);
    answer.location->file = redactor.text(answer.location->file);
    for (auto& inlined : answer.location->inlined) {
      inlined.function = redactor.text(inlined.function);
      inlined.file = redactor.text(inlined.file);
    }
  };
  for (auto& place : places.answers) hide_one(place.second);
  for (auto& place : places.settled) hide_one(place.second);
}

void learn(Redactor& redactor, const Analysis& analysis) {
  for (const auto& found : analysis.reports) learn(redactor, found.report);
  for (const auto& title : analysis.titles) learn(redactor, title.first);
  for (const auto& boot : analysis.boots) redactor.learn(boot.release);
  for (const auto& found : analysis.kernel_stats)
    for (const auto& counter : found.stats.counters) redactor.learn(counter.first);
  if (analysis.frames != nullptr) learn(redactor, *analysis.frames);
}

void hide(Redactor& redactor, Analysis& analysis) {
  for (auto& input : analysis.inputs) input.path = redactor.input(input.path);
  for (auto& found : analysis.reports) hide(redactor, found.report);
  for (auto& title : analysis.titles) hide(redactor, title.first);
  for (auto& boot : analysis.boots) boot.release = redactor.text(boot.release);
  for (auto& found : analysis.kernel_stats)
    for (auto& counter : found.stats.counters) counter.first = redactor.text(counter.first);
  if (analysis.frames != nullptr) hide(redactor, *analysis.frames);
  hide(redactor, analysis.places);
}

}  // namespace

void redact(std::initializer_list<Redactable> found) {
  Redactor redactor;
  for (const auto& each : found) learn(redactor, each.analysis);
  for (const auto& each : found) {
    hide(redactor, each.analysis);
    each.stacks.rewrite([&](const std::string& words) { return redactor.text(words); });
  }
}

void redact(Analysis& analysis) {
  Redactor redactor;
  learn(redactor, analysis);
  hide(redactor, analysis);
}

void redact(TriageResult& result) {
  Redactor redactor;
  learn(redactor, result.frames);
  for (const auto& group : result.groups) learn(redactor, group.example);

  const auto text = [&](std::string& words) { words = redactor.text(words); };
  const auto place = [&](ReportPlace& at) {
    at.input = redactor.input(at.input);
    text(at.title);
  };
  for (auto& group : result.groups) {
    text(group.title);
    for (auto& words : group.alt_titles) text(words);
    for (auto& words : group.reasons) text(words);
    // In order of the inputs, so that they are numbered in that order.
    for (auto& one : group.places) place(one);
    place(group.last);
    place(group.example_place);
    const auto kernels = [&](std::set<KernelFacts>& all) {
      std::set<KernelFacts> hidden;
      for (const auto& kernel : all) hidden.insert({redactor.text(kernel.release), kernel.arch});
      all = std::move(hidden);
    };
    kernels(group.kernels);
    for (auto& title : group.titles) {
      text(title.label);
      text(title.title);
      kernels(title.kernels);
    }
    for (auto& link : group.links) {
      text(link.shared_title);
      for (auto& function : link.deciding) text(function.name);
    }
    hide(redactor, group.example);
  }
  for (auto* pairs : {&result.over, &result.under})
    for (auto& pair : *pairs) {
      text(pair.a);
      text(pair.b);
      for (auto& function : pair.deciding) text(function.name);
    }
  text(result.baseline_file);
  for (auto* entries : {&result.unmatched, &result.expired})
    for (auto& entry : *entries)
      for (auto* words : {&entry.file, &entry.title, &entry.link}) text(*words);
  for (auto& rule : result.suppressions)
    for (auto* words : {&rule.file, &rule.pattern, &rule.reason}) text(*words);
  text(result.failed_on);
  hide(redactor, result.frames);
  hide(redactor, result.places);
}

}  // namespace cli
