# SPDX-License-Identifier: MIT
"""What makes this run's numbers less certain than they look."""

import math

import compare
from results import NEAR_BELOW_NS, OURS

# Of the processors; more, and contended rows are not theirs alone.
BUSY_SHARE = 0.05
NOISY = 0.10
FEW_SAMPLES = 9

# What hypervisors and makers do not say: vendor, family, models, name. A goal
# that holds on one of these may be missed on another: docs/decisions/0013.
KINDS = (
    ("AuthenticAMD", 23, range(0x00, 0x30), "AMD Zen"),
    ("AuthenticAMD", 23, range(0x30, 0x100), "AMD Zen 2"),
    ("AuthenticAMD", 25, (*range(0x00, 0x10), *range(0x20, 0x60)),
     "AMD Zen 3"),
    ("AuthenticAMD", 25, (*range(0x10, 0x20), *range(0x60, 0xb0)),
     "AMD Zen 4"),
    ("AuthenticAMD", 26, range(0x00, 0x100), "AMD Zen 5"),
    ("GenuineIntel", 6, (85,), "Intel Skylake or Cascade Lake"),
    ("GenuineIntel", 6, (106, 108), "Intel Ice Lake"),
    ("GenuineIntel", 6, (143,), "Intel Sapphire Rapids"),
    ("GenuineIntel", 6, (207,), "Intel Emerald Rapids"),
    ("GenuineIntel", 6, (173, 174), "Intel Granite Rapids"),
)

# Facts in the order of the page, with their names for people.
FACTS = (
    ("processor", "Kind of processor"), ("cpu_model", "Processor"),
    ("cpus_allowed", "Processors used"),
    ("round_trip_ns", "Cache line round trip, ns"),
    ("microcode", "Microcode"), ("smt", "SMT active"),
    ("governor", "Frequency governor"), ("turbo_off", "Turbo off"),
    ("hypervisor", "Virtual machine"), ("dmi_product", "Product"),
    ("kernel", "Kernel"), ("libc", "C library"),
    ("aslr", "Address randomisation"), ("thp", "Huge pages"),
    ("load", "Load at the start"),
    ("compiler", "Compilers"),
    ("flags", "Flags of the loops"), ("library_flags", "Flags of ksync"),
    ("build_type", "Build type"), ("membarrier", "membarrier"),
    ("rseq", "rseq bytes"), ("ksync", "ksync"), ("set", "Set"),
)


def processor(results):
    """The kind of processor that all figures of a run hold for."""
    vendor, family, model = (results.facts.get(f"cpu_{key}", "")
                             for key in ("vendor", "family", "number"))
    for of, its_family, models, name in KINDS:
        if (of, str(its_family)) == (vendor, family) and model in map(
                str, models):
            return name
    told = results.facts.get("cpu_model", "unknown processor")
    if family.isdecimal() and model.isdecimal():
        told += f" (family {family}, model {model})"
    return told


def facts(results):
    known = {"processor": processor(results), **results.facts}
    told = [(name, known[key]) for key, name in FACTS if known.get(key)]
    others = results.document.get("others_share")
    if others is not None:
        told.append(("Used by others meanwhile", f"{100 * others:.0f} % of "
                     "the processors"))
    return told


def noise_range(results):
    """The least and the most noise of all scenarios."""
    found = [compare.noise(results, scenario)
             for family in results.families
             for scenario in results.scenarios(family)]
    found = [one for one in found if math.isfinite(one)]
    return (min(found), max(found)) if found else (math.inf, math.inf)


def _warn_machine(results):
    told = results.facts
    if told.get("hypervisor") == "yes":
        yield ("This is a virtual machine: its processors may be moved and "
               "shared without being seen from inside.")
    if told.get("governor") == "unknown":
        yield "The frequency governor is unknown: the clock may have changed."
    elif told.get("governor") not in ("performance", None):
        yield f"The frequency governor is {told['governor']}."
    if told.get("smt") == "1":
        yield "SMT is active: two processors may share one core."
    cpus = int(told.get("cpus_allowed", "1"))
    if cpus < 2:
        yield "Only one processor: nothing ran at the same time."
    if cpus < 4:
        yield (f"{cpus} processors show sharing and oversubscription, not "
               "scaling.")
    others = results.document.get("others_share") or 0
    if others > BUSY_SHARE:
        yield (f"Other programs used {100 * others:.0f} % of the processors "
               "meanwhile: measure again on a quiet machine.")
    stolen = results.document.get("stolen_share") or 0
    if stolen > BUSY_SHARE:
        yield (f"The host took away {100 * stolen:.0f} % of the processors "
               "meanwhile.")


def _warn_build(results):
    flags = results.facts.get("library_flags", "")
    if not any(flag in flags.split() for flag in ("-O1", "-O2", "-O3")):
        yield f"ksync was built without optimisation ({flags or 'no flags'})."
    missing = results.facts.get("rivals_missing")
    if missing:
        yield f"Not measured, because not installed: {missing}."
    if results.facts.get("membarrier", "yes") not in ("yes", "available"):
        yield ("membarrier is not available: ksync took its slower fallback "
               "paths.")


def _warn_run(results):
    noise = noise_range(results)[1]
    if noise > NOISY:
        yield (f"Noise: two rows of the same code differed by up to "
               f"{100 * noise:.0f} %. Grey cells say nothing.")
    places = results.places()
    if places["near"] and places["far"] + places["mixed"]:
        yield (f"The processors moved during the run: {places['near']} "
               f"windows near, {places['far']} far, {places['mixed']} in "
               "between (not used). Near and far have rows of their own.")
    elif places["far"]:
        yield (f"The processors were far apart all the time (a round trip of "
               f"{NEAR_BELOW_NS} ns or more): contended rows would be faster "
               "on neighbouring cores.")
    fewest = min((len(results.rates(scenario, OURS))
                  for family in results.families
                  for scenario in results.scenarios(family)), default=0)
    if fewest < FEW_SAMPLES:
        yield (f"Some rows have only {fewest} samples: intervals are rough. "
               "Use the default or the full set for figures to quote.")


def warnings(results):
    return [*_warn_machine(results), *_warn_build(results),
            *_warn_run(results)]
