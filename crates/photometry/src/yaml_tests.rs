use proptest::prelude::*;

use super::*;

fn of(text: &str) -> Result<Yaml, Fault> {
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines()).collect();
    parse(&lines)
}

fn word(text: &str) -> Yaml {
    Yaml::Word(text.to_owned())
}

#[test]
fn both_styles_are_read() {
    let text = "\
delimiter: ','
datatype:
- {name: time, unit: d, datatype: float64}
- name: flux
  datatype: float64
  description: 'it''s: a {long}
    one'
- {name: band, datatype: string, description: \"a \\\"b\\\", c\",
  format: x}
meta: !!omap
- {z: 0.5}
- comments: [a, 'b: c', []]
- nested:
    a: 1
    b:
      c: [1, 2]
empty:
schema: astropy-2.0";
    let yaml = of(text).unwrap();
    assert_eq!(yaml.get("delimiter"), Some(&word(",")));
    let Some(Yaml::List(columns)) = yaml.get("datatype") else { panic!("{yaml:?}") };
    assert_eq!(columns.len(), 3);
    assert_eq!(columns[0].get("unit"), Some(&word("d")));
    assert_eq!(columns[1].get("description"), Some(&word("it's: a {long} one")));
    assert_eq!(columns[2].get("description"), Some(&word("a \"b\", c")));
    assert_eq!(columns[2].get("format"), Some(&word("x")));
    let meta = yaml.get("meta").unwrap();
    assert_eq!(meta.get("z").and_then(Yaml::word), Some("0.5"));
    let nested = meta.get("nested").and_then(|nested| nested.get("b")).and_then(|b| b.get("c"));
    assert_eq!(nested, Some(&Yaml::List(vec![word("1"), word("2")])));
    assert_eq!(meta.entries().len(), 3);
    assert_eq!(yaml.get("empty").and_then(Yaml::word), None);
    assert_eq!(yaml.get("schema"), Some(&word("astropy-2.0")));
}

#[test]
fn damage_is_told_by_line() {
    for (text, line) in
        [("a: {b: 1", 1), ("a: 1\n- b", 2), ("a: 1\nb", 2), ("a: [1]]", 1), ("- a\nb: 1", 2), ("a: 'x", 1)]
    {
        let fault = of(text).unwrap_err();
        assert_eq!(fault.line, Some(line), "{text}: {}", fault.message);
    }
    assert!(of(&"[".repeat(100_000)).is_err());
    assert!(of(&"- ".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn any_text_never_panics(text in "[-a:{}\\[\\] '\"\\\\,!\n#é]{0,80}") {
        let _ = of(&text);
    }
}
