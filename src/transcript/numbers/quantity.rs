//! What a number says, and how a note writes it.

use std::fmt;

use super::clock::Clock;

/// An amount with the number of decimals that were said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// The amount; finite, never negative.
    pub value: f64,
    /// How many decimals were said: 2 for `one point five zero`.
    pub decimals: usize,
}

impl Number {
    /// A whole number.
    #[must_use]
    pub fn whole(value: u32) -> Self {
        Self {
            value: f64::from(value),
            decimals: 0,
        }
    }

    /// The amount as a whole number, where it is one below 2³².
    #[must_use]
    pub fn as_whole(self) -> Option<u32> {
        (self.decimals == 0 && self.value <= f64::from(u32::MAX)).then_some(self.value as u32)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}", self.decimals, self.value)
    }
}

/// What stands between two numbers that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// `seven out of ten`
    OutOf,
    /// `7/10`
    Slash,
    /// `six of twelve`
    Of,
    /// `five to seven`, `five through seven`
    To,
    /// `5-7`
    Hyphen,
    /// `five or six`
    Or,
}

impl Joint {
    fn written(self) -> &'static str {
        match self {
            Self::OutOf => " out of ",
            Self::Slash => "/",
            Self::Of => " of ",
            Self::To => " to ",
            Self::Hyphen => "-",
            Self::Or => " or ",
        }
    }
}

/// What a reading says.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// `fourteen`, `7.5`, `two and a half`
    Number(Number),
    /// `third`, `21st`
    Ordinal(u32),
    /// `seven out of ten`, `7/10`, `six of twelve`
    Ratio {
        /// What was reached.
        part: Number,
        /// Out of what.
        whole: Number,
        /// How it was said.
        joint: Joint,
    },
    /// `five to seven`, `2-3`, `five or six`. Said after an instrument's name it can also be a
    /// change; what it is, the reader of measures decides. `from eight to four` is two numbers.
    Span {
        /// The lower number.
        low: Number,
        /// The higher one.
        high: Number,
        /// How it was said.
        joint: Joint,
    },
    /// `ten oh five`, `10:05 am`, `half past two`, `noon`
    Clock(Clock),
    /// `ten oh five to ten fifty eight`
    ClockSpan {
        /// Start.
        from: Clock,
        /// End.
        to: Clock,
    },
    /// `March tenth`, `January 15 2024`, `the fourth of May`, `2026-03-10`
    Date {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
        /// Where it was said.
        year: Option<u16>,
    },
    /// `in twenty nineteen`, `since 2019`
    Year(u16),
    /// `eighty percent`, `80%`
    Percent(Number),
    /// `oriented times four`, `x4`
    Times(u32),
    /// Digits said one by one: `nine eight eight`, `five four three two one`
    Digits(String),
    /// An ICD-10-CM code: `f forty three point one zero`
    Icd(String),
    /// A five-digit CPT code: `nine oh eight three seven`
    Cpt(u32),
}

impl Quantity {
    /// The plain amount of a number, a ratio's part or a percentage.
    #[must_use]
    pub fn amount(&self) -> Option<f64> {
        match self {
            Self::Number(n) | Self::Percent(n) | Self::Ratio { part: n, .. } => Some(n.value),
            _ => None,
        }
    }
}

/// English month names, January first.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Ordinal(n) => write!(f, "{n}{}", ending(*n)),
            // Only a rating out of ten is read as one when written `7/10`; `2/3 days` is not.
            Self::Ratio {
                part,
                whole,
                joint: Joint::OutOf,
            } if whole.as_whole() == Some(10) => write!(f, "{part}/{whole}"),
            Self::Ratio { part, whole, joint } => write!(f, "{part}{}{whole}", joint.written()),
            Self::Span { low, high, joint } => write!(f, "{low}{}{high}", joint.written()),
            Self::Clock(clock) => clock.fmt(f),
            Self::ClockSpan { from, to } => write!(f, "{}-{to}", from.beside(*to)),
            Self::Date { month, day, year } => {
                let name = MONTHS[usize::from(month.clamp(&1, &12) - 1)];
                write!(f, "{name} {day}")?;
                year.map_or(Ok(()), |year| write!(f, ", {year}"))
            }
            Self::Year(year) => year.fmt(f),
            Self::Percent(n) => write!(f, "{n}%"),
            Self::Times(n) => write!(f, "\u{d7}{n}"),
            Self::Digits(code) | Self::Icd(code) => f.write_str(code),
            Self::Cpt(code) => code.fmt(f),
        }
    }
}

fn ending(n: u32) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}
