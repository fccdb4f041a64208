"""What openpyxl, which is not the library that wrote it, reads of a workbook:
a line a cell with its place, type, value and number format, and a line for what
else a sheet has."""
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
for sheet in book:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                print(f"{sheet.title}!{cell.coordinate} {cell.data_type} "
                      f"{cell.value} [{cell.number_format}]")
    print(f"{sheet.title}: frozen at {sheet.freeze_panes}")
    print(f"{sheet.title}: column A is {sheet.column_dimensions['A'].width:.0f}"
          " wide")
    for chart in sheet._charts:
        values = " ".join(s.val.numRef.f for s in chart.series)
        print(f"{sheet.title}: {type(chart).__name__} of {values}")
    print(f"{sheet.title}: heads repeat: {sheet.print_title_rows}")
