"""Invented names of people and companies, composed from our own lists.

People keep first and last name from one part of the world; a company's name is a root, an ending and a trade
("Alderbrook Logistics"), and its trade decides its industry.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import product

import numpy as np

# (first names, last names) that go together
_CULTURES = (
    (
        "Olivia James Grace Henry Chloe Owen Hannah Miles Ruby Callum Isla Rhys Megan Dylan",
        "Whitaker Hargreaves Penrose Ashworth Lockhart Merrick Thackeray Sinclair Fairburn Kendrick Marlowe Tremaine",
    ),
    (
        "Lukas Annika Jonas Katharina Felix Greta Matthias Lena Florian Miriam Tobias Franziska",
        "Reinhardt Vogel Steinbach Lindner Kessler Baumgart Hoffmeyer Wieland Dressler Kranz Albers Zeller",
    ),
    (
        "Freja Lars Astrid Mikkel Elin Sindre Maja Anders Signe Eero Tuuli Viktor",
        "Lindqvist Halvorsen Bergstrand Nyholm Koskinen Dahlgren Rasmussen Ekdahl Virtala Sandvik Holmgren Thorsen",
    ),
    (
        "Camille Luc Chiara Matteo Lucia Rafael Elodie Bastien Giulia Davide Marta Joaquim",
        "Moreau Delacourt Bellini Ferrante Navarro Quintela Fontaine Marchetti Beaumont Serrano Ricci Lacombe",
    ),
    (
        "Valentina Santiago Camila Mateo Renata Thiago Luciana Emiliano Isadora Joaquin Beatriz Caio",
        "Castellanos Figueira Montoya Azevedo Villalobos Pacheco Restrepo Carvalho Urrutia Salcedo Barreto Zamora",
    ),
    (
        "Ananya Rohan Meera Vikram Kavya Arjun Divya Sanjay Nandini Farhan Lakshmi Imran",
        "Krishnan Deshpande Banerjee Chaudhary Menon Bhatt Qureshi Iyengar Sarkar Kulkarni Rehman Pillai",
    ),
    (
        "Hana Hiroshi Yuki Jun Minji Wei Sakura Daisuke Linh Haoran Soo-ah Kenji",
        "Takahashi Nguyen Park Lin Watanabe Choi Zhang Fujimoto Tran Tanaka Morita Seo",
    ),
    (
        "Chidi Amara Kwame Zanele Tunde Nia Sipho Adaeze Kofi Thandiwe Emeka Wanjiru",
        "Adeyemi Mensah Nkosi Okonkwo Kamau Boateng Dlamini Eze Abara Mwangi Asante Chukwu",
    ),
    (
        "Leila Omar Yasmin Karim Nadia Tariq Salma Ziad Dalia Reza Shirin Emre",
        "Haddad Mansour Rahimi Nasser Khalil Yildirim Farouk Darwish Tehrani Aksoy Sabbagh Hakimi",
    ),
    (
        "Katarzyna Piotr Zuzana Marek Ilona Bogdan Ivana Dmitri Agnes Milos Petra Andrei",
        "Kowalczyk Novotny Horvath Dragomir Petrovic Wysocki Ionescu Kolar Balogh Zielinski Markovic Sobol",
    ),
)

_ROOT_WORDS = (
    "Alder Amber Arrow Birch Bright Cedar Cobalt Copper Crest Dawn Eagle Flint Fair Fox Glen Gold Granite Green Harbor "
    "Hawk Heron High Iron Juniper Kings Lake Larch Long Maple Marsh Mill North Oak Orchard Pine Quarry Raven Red River "
    "Rowan Silver Stone Summer Swift Thorn Vale West White Willow Winter"
)
_ENDING_WORDS = "brook field ford gate haven bridge mark well wood stead wick crest point moor dale worth"
_TRADES = (
    ("Food processing", ("Foods", "Dairies", "Bakeries", "Mills", "Beverages")),
    ("Logistics", ("Logistics", "Freight", "Cold Storage", "Ports", "Haulage")),
    ("Pharmaceuticals", ("Pharma", "Biologics", "Laboratories", "Therapeutics")),
    ("Automotive", ("Motors", "Drivetrain", "Foundries", "Components")),
    ("Energy", ("Power", "Wind", "Solar", "Grid Services", "Turbines")),
    ("Chemicals", ("Chemicals", "Coatings", "Polymers", "Resins")),
    ("Packaging", ("Packaging", "Paper", "Glassworks", "Plastics")),
    ("Water and utilities", ("Water", "Utilities", "Environmental")),
    ("Machinery", ("Machinery", "Robotics", "Hydraulics", "Tooling")),
    ("Retail and wholesale", ("Markets", "Wholesale", "Home Stores")),
)


def key(text: str) -> str:
    """Letters and digits only, without case and accents: what near duplicates have in common."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def address(name: str, domain: str) -> str:
    """The e-mail address of a person: first.last@domain."""
    words = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode().split()
    return ".".join("".join(c for c in word if c.isalnum() or c == "-") for word in words) + f"@{domain}"


def person_names(count: int, rng: np.random.Generator, *, taken: frozenset[str]) -> list[str]:
    """Distinct names, mixed; none of `taken`. Beyond the lists' reach a middle initial tells people apart."""
    known = [
        f"{first} {last}"
        for firsts, lasts in _CULTURES
        for first, last in product(firsts.split(), lasts.split())
        if f"{first} {last}" not in taken
    ]
    found = [known[i] for i in rng.permutation(len(known))]
    for initial in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        if len(found) >= count:
            break
        found += [name.replace(" ", f" {initial}. ", 1) for name in found[: len(known)]]
    return found[:count]


@dataclass(frozen=True)
class Company:
    name: str
    industry: str


def companies(count: int, rng: np.random.Generator) -> list[Company]:
    """Distinct companies (up to some 30,000); no root stands beside an ending of the same word."""
    trades = [(industry, trade) for industry, names in _TRADES for trade in names]
    stems = [
        root + ending for root, ending in product(_ROOT_WORDS.split(), _ENDING_WORDS.split()) if root.lower() != ending
    ]
    if count > len(stems) * len(trades):
        raise ValueError(f"there are names for {len(stems) * len(trades)} companies, not for {count}")
    chosen = rng.permutation(len(stems) * len(trades))[:count]
    return [
        Company(name=f"{stems[i // len(trades)]} {trades[i % len(trades)][1]}", industry=trades[i % len(trades)][0])
        for i in chosen.tolist()
    ]
